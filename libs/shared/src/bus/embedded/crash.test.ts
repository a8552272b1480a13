import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PARTITIONS, TOPIC, valueOf } from './numbered-value.fixture.ts';
import { openLog, readAll, scratchDir } from './scratch-log.fixture.ts';

const APPENDER = join(import.meta.dirname, 'appender.fixture.ts');
const TYPES = ['--experimental-transform-types', '--disable-warning=ExperimentalWarning'];
const PRLIMIT = '/usr/bin/prlimit';
const ROUNDS = 10;

/** An appending process: its lines are handed to `seen` as they come, until it has been killed. */
async function runAppender(dir: string, seen: (line: string, child: ChildProcess) => void): Promise<void> {
  const child = spawn(process.execPath, [...TYPES, APPENDER, dir, String(PARTITIONS)], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) seen(line, child);
}

/** Lets the process make no file longer: its writes fail as on a full disk. */
function limitFiles(child: ChildProcess, bytes: string): void {
  execFileSync(PRLIMIT, [`--pid=${child.pid}`, `--fsize=${bytes}:unlimited`]);
}

/** Partition → highest number acknowledged. */
class Acknowledged {
  readonly highest = new Map<number, number>();
  count = 0;

  add(line: string): void {
    const [partition, number] = line.split(' ').map(Number) as [number, number];
    this.highest.set(partition, number);
    this.count++;
  }
}

async function expectWhole(dir: string, acknowledged: Acknowledged): Promise<void> {
  const log = openLog({ dir });
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const records = await readAll(log, { topic: TOPIC, partition });
    expect(records.length).toBeGreaterThan(acknowledged.highest.get(partition) ?? -1);
    for (const [number, { offset, value }] of records.entries()) {
      expect(offset).toBe(number);
      expect(valueOf(partition, number).equals(value), `partition ${partition}, record ${number}`).toBe(true);
    }
  }
  await log.close();
}

describe('the embedded log', () => {
  it('has every acknowledged record, in order and whole, after kill -9 at any moment', { timeout: 120_000 }, async () => {
    const dir = scratchDir();
    const acknowledged = new Acknowledged();
    for (const last of fc.sample(fc.integer({ min: 1, max: 400 }), { seed: 3, numRuns: ROUNDS })) {
      let left = last;
      await runAppender(dir, (line, child) => {
        acknowledged.add(line);
        if (--left === 0) child.kill('SIGKILL');
      });
      await expectWhole(dir, acknowledged);
    }
    expect(acknowledged.count).toBeGreaterThan(ROUNDS);
  });

  it.runIf(existsSync(PRLIMIT))('refuses sends while its disk takes no more, goes on when it does, tears nothing', async () => {
    const dir = scratchDir();
    const acknowledged = new Acknowledged();
    const seen = { before: 0, refused: 0, after: 0 };
    await runAppender(dir, (line, child) => {
      if (line === 'refused') {
        if (++seen.refused === 20) limitFiles(child, 'unlimited');
        return;
      }
      acknowledged.add(line);
      if (seen.refused >= 20) seen.after++;
      else if (++seen.before === 20) limitFiles(child, '1000000');
      if (seen.after === 100) child.kill('SIGKILL');
    });
    await expectWhole(dir, acknowledged);
    expect(seen.refused).toBeGreaterThanOrEqual(20);
  });
});
