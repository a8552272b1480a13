import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe } from 'vitest';

/** Where Debian's packages put it; the PATH of ordinary users does not lead there. */
export const PROFTPD = '/usr/sbin/proftpd';

/** Where they put its shared modules. */
export const MODULE_DIR = '/usr/lib/proftpd';

/** What a suite can need beside ProFTPD itself, and the Debian package that brings it. */
const PACKAGES = {
  curl: 'curl',
  gcc: 'gcc',
  make: 'make',
  prxs: 'proftpd-dev',
  'mod_sftp.so': 'proftpd-mod-crypto',
} as const;

/** A program, or a shared module of ProFTPD. */
export type Need = keyof typeof PACKAGES;

/** What builds the C module. */
export const MODULE_BUILD: readonly Need[] = ['prxs', 'gcc', 'make'];

/**
 * A suite over real ProFTPD servers ({@link FtpServer}). Without ProFTPD, or what else it needs, it is skipped, loudly; where CI is
 * set, it fails.
 */
export function describeProftpd(name: string, suite: () => void, needs: readonly Need[] = []): void {
  const missing = missingPackages(needs);
  const problem = `"${name}" needs a real ProFTPD: apt-get install ${missing.join(' ')}`;
  if (missing.length > 0 && process.env['CI']) throw new Error(problem);
  if (missing.length > 0) process.stderr.write(`\nSKIPPED: ${problem}\n\n`);
  describe.runIf(missing.length === 0)(`${name}, on a real ProFTPD`, () => {
    suite();
  });
}

function missingPackages(needs: readonly Need[]): string[] {
  const missing = needs.filter((need) => !isInstalled(need)).map((need) => PACKAGES[need]);
  return [...new Set(existsSync(PROFTPD) ? missing : ['proftpd-core', ...missing])];
}

function isInstalled(need: Need): boolean {
  return need.endsWith('.so') ? existsSync(`${MODULE_DIR}/${need}`) : isProgram(need);
}

function isProgram(name: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' }).status === 0;
}
