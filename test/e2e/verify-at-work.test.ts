import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WriterCounters } from '@fleet-forensics/writer/writer-counters';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { run, type Run } from '../../apps/cli/src/command-run.fixture.ts';

const ROTATING_PROCESS = fileURLToPath(new URL('rotating-process.ts', import.meta.url));
const RUNS = 3;
const PATIENCE_MS = 120_000;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-verify-at-work-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function verify(): Promise<Run> {
  return run(['verify', '--all', '--root', join(dir, 'root'), '--journal', join(dir, 'journal.sqlite')]);
}

/** Of the files that were rotated: the highest. */
function newestGeneration(): number {
  const names = existsSync(join(dir, 'root')) ? readdirSync(join(dir, 'root')) : [];
  return Math.max(0, ...names.map((name) => Number(/\.log\.(\d+)/.exec(name)?.[1] ?? 0)));
}

async function rotatedAfter(generation: number): Promise<number> {
  while (newestGeneration() <= generation) await pause(1);
  return newestGeneration();
}

it.each([
  ['appends and rotates', { rotateBytes: 12_000 }],
  ['appends, rotates and compresses', { rotateBytes: 12_000, rotatedGzip: true }],
  ['removes the oldest files', { rotateBytes: 4000, rotatedKeep: 3 }],
])(
  'verify raises no false alarm while a writer %s',
  async (_, settings) => {
    const child = spawn(process.execPath, [ROTATING_PROCESS, dir, JSON.stringify(settings)]);
    const ended = Promise.all([text(child.stdout), text(child.stderr)]);
    let generation = 0;
    for (let time = 0; time < RUNS; time++) {
      generation = await rotatedAfter(generation);
      const { status, out } = await verify();
      expect([status, out.match(/^(?!intact|note|unknown).+/gm)]).toEqual([0, null]);
    }
    child.stdin.end();
    const [said, complaint] = await ended;
    expect(complaint).toBe('');
    expect((JSON.parse(said) as WriterCounters).rotated).toBeGreaterThanOrEqual(generation);
    expect((await verify()).status).toBe(0);
  },
  PATIENCE_MS,
);
