import { spawnSync } from 'node:child_process';
import { describe } from 'vitest';

/** Of Debian's package prometheus. */
const PROMTOOL = 'promtool';

/** A suite over Prometheus' own checker. Without it the suite is skipped, loudly; where CI is set, it fails. */
export function describePromtool(name: string, suite: () => void): void {
  const isThere = spawnSync(PROMTOOL, ['--version']).status === 0;
  const problem = `"${name}" needs promtool: apt-get install prometheus`;
  if (!isThere && process.env['CI']) throw new Error(problem);
  if (!isThere) process.stderr.write(`\nSKIPPED: ${problem}\n\n`);
  describe.runIf(isThere)(`${name}, as promtool sees it`, () => {
    suite();
  });
}

/** Status and all that it said. */
export function promtool(...args: readonly string[]): { readonly status: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync(PROMTOOL, args, { encoding: 'utf8' });
  return { status, said: stdout + stderr };
}
