import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FilingHealth } from './filing-health.ts';
import { readinessOf, RootHealth } from './root-health.ts';

let base: string;
let nowMs: number;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'ff-root-health-'));
  nowMs = 0;
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

function healthOf(headroomBytes: number, root = join(base, 'root')): RootHealth {
  return new RootHealth({ root, headroomBytes, nowMs: () => nowMs });
}

it('a root that is not made yet, and one that is there, can take blocks', () => {
  const health = healthOf(0);
  expect(health.problem).toBeUndefined();
  mkdirSync(join(base, 'root'));
  nowMs += 1000;
  expect(health.problem).toBeUndefined();
  const { bavail, bsize } = statfsSync(base);
  expect(Math.abs(health.freeBytes! - bavail * bsize)).toBeLessThan(1e9);
});

it('a writer is not ready before the first block comes to a disk without headroom', () => {
  const health = healthOf(2 ** 60);
  expect(readinessOf(new FilingHealth(), health)).toEqual({
    isReady: false,
    why: [`not more than ${2 ** 60} bytes (FF_WRITER_HEADROOM_BYTES) are free for ${base}/root: make room`],
  });
});

it('a root whose place is gone is told, with no number for what is free, until it is back', () => {
  const health = healthOf(0, join(base, 'mount/root'));
  expect(health.problem).toMatch(/mount\/root can't be written to: ENOENT/);
  expect(health.freeBytes).toBeUndefined();
  mkdirSync(join(base, 'mount'));
  nowMs += 1000;
  expect(health.problem).toBeUndefined();
});

it('why a partition waits is told beside it', () => {
  const filing = new FilingHealth();
  filing.waits(2, 'the file is a symlink');
  expect(readinessOf(filing, healthOf(0))).toEqual({ isReady: false, why: ['the file is a symlink'] });
  expect(filing.waitingPartitions).toBe(1);
});
