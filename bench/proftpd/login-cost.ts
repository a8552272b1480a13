import { readFileSync, writeFileSync } from 'node:fs';
import { accountFiles } from '../../test/proftpd/ftp-accounts.ts';
import type { FtpServer } from '../../test/proftpd/ftp-server.ts';

/** Made by `openssl passwd -6 -salt fleet`. */
const SHA_512 = '$6$fleet$RkMzvy4B37hssyX9x/68s2Fhq/WgUWJkIaqKX40xNbrLSnisDNolU20lz53jQo5JDTIFQfqNrWn6FhDcyO1SX0';

/**
 * Has the server check passwords as one in service does: by SHA-512 with its 5000 rounds, a few milliseconds each. The tests' accounts
 * have hashes that cost nothing, beside which any module would look dear.
 */
export function hashAsInService({ dir }: FtpServer): void {
  const { passwd } = accountFiles(dir);
  writeFileSync(
    passwd,
    readFileSync(passwd, 'utf8').replaceAll(/^(\w+):[^:]*:/gm, (_, user) => `${user}:${SHA_512}:`),
  );
}
