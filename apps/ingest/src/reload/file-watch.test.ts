import { chmodSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PolicyFile } from '../policy/policy-file.ts';
import { FileWatch } from './file-watch.ts';
import { ScratchPolicy } from '../policy/scratch-policy.fixture.ts';

const NEVER_MS = 3_600_000;

describe('a policy file in use', () => {
  let scratch: ScratchPolicy;
  let file: PolicyFile;
  let watch: FileWatch;

  beforeEach(() => {
    scratch = new ScratchPolicy('ForensicLogEngine on\n');
    scratch.write('ForensicLogBufferSize 1\n', 'conf.d/a.conf');
    scratch.write(`ForensicLogEngine on\nInclude ${scratch.dir}/conf.d/*.conf\nInclude ${scratch.dir}/none.conf\n`);
    file = scratch.open();
  });
  afterEach(() => {
    watch.close();
    scratch.remove();
  });

  const size = () => file.policyFor('n', 's', {})?.bufferSize;
  const PATIENCE = { timeout: 20_000 };

  it('is read again when anything of it changes', async () => {
    watch = new FileWatch(file, NEVER_MS);
    scratch.write('ForensicLogBufferSize 2\n', 'conf.d/a.conf');
    await expect.poll(size, PATIENCE).toBe(2);
    writeFileSync(join(scratch.dir, 'conf.d/a.conf'), 'ForensicLogBufferSize 3\n');
    await expect.poll(size, PATIENCE).toBe(3);
    scratch.write('', 'conf.d/a.conf');
    scratch.write('ForensicLogBufferSize 4\n', 'conf.d/b.conf');
    await expect.poll(size, PATIENCE).toBe(4);
    scratch.write('', 'conf.d/b.conf');
    scratch.write('ForensicLogBufferSize 5\n', 'none.conf');
    await expect.poll(size, PATIENCE).toBe(5);
    scratch.write('ForensicLogEngine on\nForensicLogBufferSize 6\n');
    await expect.poll(size, PATIENCE).toBe(6);
  });

  it('is read again within the interval where the file system does not tell: a link to a file that lies elsewhere', async () => {
    scratch.write('ForensicLogBufferSize 1\n', 'elsewhere/real.conf');
    rmSync(join(scratch.dir, 'conf.d/a.conf'));
    symlinkSync(join(scratch.dir, 'elsewhere/real.conf'), join(scratch.dir, 'conf.d/a.conf'));
    file.reload();
    watch = new FileWatch(file, 100);
    writeFileSync(join(scratch.dir, 'elsewhere/real.conf'), 'ForensicLogBufferSize 2\n');
    await expect.poll(size, PATIENCE).toBe(2);
  });

  it('is read again after an error as soon as that is mended', async () => {
    watch = new FileWatch(file, NEVER_MS);
    scratch.write('ForensicLogBufferSize none\n', 'conf.d/a.conf');
    await expect.poll(() => file.outOfDate, PATIENCE).toContain('badly formatted number: none');
    scratch.write('ForensicLogBufferSize 2\n', 'conf.d/a.conf');
    await expect.poll(size, PATIENCE).toBe(2);
    expect(file.outOfDate).toBeUndefined();
  });

  it('is read again once for any number of SIGHUPs at once: events are not held up', async () => {
    watch = new FileWatch(file, NEVER_MS);
    for (let count = 0; count < 1000; count += 1) process.kill(process.pid, 'SIGHUP');
    await expect.poll(() => scratch.counters.policyReloads, PATIENCE).toBeGreaterThan(0);
    scratch.write('ForensicLogBufferSize 2\n', 'conf.d/a.conf');
    await expect.poll(size, PATIENCE).toBe(2);
    expect(scratch.counters.policyReloads).toBeLessThan(10);
  });

  it('is not read again for nothing', async () => {
    watch = new FileWatch(file, 100);
    scratch.write('not included', 'conf.d.txt');
    scratch.write('ForensicLogBufferSize 2\n', 'conf.d/a.conf');
    await expect.poll(size, PATIENCE).toBe(2);
    const { policyReloads } = scratch.counters;
    utimesSync(join(scratch.dir, 'conf.d.txt'), 1, 1);
    chmodSync(join(scratch.dir, 'conf.d.txt'), 0o600);
    scratch.write('ForensicLogBufferSize 3\n', 'conf.d/a.conf');
    await expect.poll(size, PATIENCE).toBe(3);
    expect(scratch.counters.policyReloads).toBe(policyReloads + 1);
  });
});
