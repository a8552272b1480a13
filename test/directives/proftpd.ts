import { spawnSync, type StdioOptions } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe } from 'vitest';

const PROFTPD = 'proftpd';

/** Where distributions put the module. */
const MODULE_PATHS = ['/usr/lib/proftpd', '/usr/libexec/proftpd', '/usr/lib64/proftpd'];

/** What a ProFTPD says of a configuration file without serving it, by `proftpd -t`. */
export interface Verdict {
  readonly isTaken: boolean;
  readonly said: string;
}

/**
 * A suite over the ProFTPD of this machine with its mod_log_forensic. Without them it is skipped, loudly; where CI is set, it fails.
 * @param suite gets the directory of the modules
 */
export function describeProftpd(name: string, suite: (modules: string) => void): void {
  const modules = MODULE_PATHS.find((path) => existsSync(`${path}/mod_log_forensic.so`));
  const isThere = modules !== undefined && spawnSync(PROFTPD, ['-v']).status === 0;
  const problem = `"${name}" needs ProFTPD with mod_log_forensic (Debian: proftpd-core)`;
  if (!isThere && process.env['CI']) throw new Error(problem);
  if (!isThere) process.stderr.write(`\nSKIPPED: ${problem}\n\n`);
  describe.runIf(isThere)(`${name}, on the ProFTPD of this machine`, () => {
    suite(modules ?? '');
  });
}

export function verdictOf(file: string): Verdict {
  // With a socket for its standard input it takes itself for a child of inetd, and says nothing.
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe'];
  const { status, stderr, stdout } = spawnSync(PROFTPD, ['-t', '-c', file], { encoding: 'utf8', stdio });
  if (status === null) throw new Error(`proftpd -t did not end: ${readFileSync(file, 'utf8')}`);
  return { isTaken: status === 0, said: stdout + stderr };
}
