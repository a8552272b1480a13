import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DRAIN_MS } from '@fleet-forensics/shared/process/kafka-at-start';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url).pathname;
const UNITS = globSync('deploy/systemd/*.service', { cwd: ROOT });
/** Of systemd's scale up to 10, times ten: what a service that listens, sends and keeps files can do without. */
const MAX_EXPOSURE = 15;

/** Without systemd's tool the suite says so, loudly; where CI is set, it fails. */
function hasSystemdAnalyze(): boolean {
  if (spawnSync('systemd-analyze', ['--version']).status === 0) return true;
  const problem = 'the suite checks units with systemd-analyze: apt-get install systemd';
  if (process.env['CI']) throw new Error(problem);
  process.stderr.write(`\nSKIPPED: ${problem}\n\n`);
  return false;
}

describe.runIf(hasSystemdAnalyze())('the systemd units', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-units-'));
    for (const unit of UNITS) {
      const text = readFileSync(ROOT + unit, 'utf8');
      writeFileSync(join(dir, basename(unit)), text.replaceAll('/opt/fleet-forensics/', ROOT));
    }
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  /** A template needs an instance to be looked at. */
  const installed = (unit: string) => join(dir, basename(unit).replace('@.', '@1.'));

  it.each(UNITS)('%s is understood, each line of it', (unit) => {
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', installed(unit)], {
      encoding: 'utf8',
    });
    expect([status, `${stdout}${stderr}`.split('\n').filter((line) => line.includes(dir))]).toEqual([0, []]);
  });

  it.each(UNITS)('%s gives a service that was taken over little to do harm with', (unit) => {
    const options = ['security', '--offline=true', '--no-pager', `--threshold=${MAX_EXPOSURE}`];
    const said = spawnSync('systemd-analyze', [...options, installed(unit)], { encoding: 'utf8' });
    expect(said.status, said.stdout.match(/Overall.*$/m)?.[0]).toBe(0);
  });

  it('a misspelt line would be told', () => {
    const broken = join(dir, 'broken.service');
    writeFileSync(broken, '[Service]\nExecStart=/bin/true\nProtectSytem=strict\n');
    const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', broken], { encoding: 'utf8' });
    expect(stderr).toMatch(/broken\.service:3: Unknown key.*'ProtectSytem'/);
  });

  it('give a drain more time than it takes', () => {
    const seconds = UNITS.map((unit) => Number(/^TimeoutStopSec=(\d+)$/m.exec(readFileSync(ROOT + unit, 'utf8'))?.[1]));
    expect(Math.min(...seconds)).toBeGreaterThan(DRAIN_MS / 1000);
  });
});
