import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { ProftpdLog } from '@fleet-forensics/shared/proftpd/log-entry';
import { LogType } from '@fleet-forensics/shared/wire/log-type';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS, extendedLine, systemLine } from '../../../../../libs/shared/src/proftpd/node-logs.fixture.ts';
import type { LogPlace } from './log-place.ts';
import { FlakyLog, Recording } from './recording.fixture.ts';
import { scratchDir } from './scratch-node.fixture.ts';

const SYSTEM = fifo(LogType.SystemLog);
const EXTENDED = fifo(LogType.ExtendedLog);

function fifo(log: ProftpdLog): LogPlace {
  return { log, kind: 'fifo', path: '' };
}

let scratch: ReturnType<typeof scratchDir>;
let log: FlakyLog;
beforeEach(() => {
  scratch = scratchDir();
  log = new FlakyLog();
});
afterEach(() => scratch.remove());

function start(places: readonly LogPlace[] = [SYSTEM]): Promise<Recording> {
  return Recording.start({ dir: scratch.dir, places, log }, DAY_MS);
}

function take(recording: Recording, atMs: number, place: LogPlace, logged: readonly string[]): void {
  const data = Buffer.from(logged.map((line) => `${line}\n`).join(''), 'latin1');
  recording.take({ kind: 'bytes', log: place.log, nowMs: DAY_MS + atMs, data, ino: 0 });
}

function lines(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => systemLine(from + index, 7, `line ${from + index}`));
}

function taken(): string[] {
  return [...log.linesBySession.values()].flatMap((session) => [...session.values()]);
}

describe('what was read of the logs', () => {
  it('is sent again in order when the log failed, though it works again by the time that more is read', async () => {
    const recording = await start();
    log.fails = true;
    take(recording, 10, SYSTEM, lines(0, 10));
    await recording.step(DAY_MS + 1000);
    log.fails = false;
    // A burst, so that something is let go before anyone looks at what failed.
    take(recording, 1010, SYSTEM, lines(10, 210));
    for (let turns = 0; turns < 10; turns += 1) await turn();
    for (const ms of [1100, 3000, 6000, 9000]) await recording.step(DAY_MS + ms);
    expect(taken()).toEqual(lines(0, 210));
    await recording.close();
  });

  it('goes on under the same numbers when the settings name another log than before, and what waited for that log is let go', async () => {
    const before = await start([SYSTEM, EXTENDED]);
    take(before, 10, SYSTEM, [systemLine(1, 7, 'USER a (Login failed): no'), systemLine(2, 7, 'more')]);
    take(before, 10, EXTENDED, [extendedLine(1, 7, { cmd: 'USER', code: 331 })]);
    await before.close();
    const recording = await start([SYSTEM]);
    take(recording, 20, SYSTEM, [systemLine(20, 7, 'then')]);
    for (const ms of [1000, 2000, 15_000, 30_000]) await recording.step(DAY_MS + ms);
    expect(taken().toSorted()).toEqual(
      [
        systemLine(1, 7, 'USER a (Login failed): no'),
        systemLine(2, 7, 'more'),
        extendedLine(1, 7, { cmd: 'USER', code: 331 }),
        systemLine(20, 7, 'then'),
      ].toSorted(),
    );
    expect(log.criteria).toHaveLength(1);
    await recording.close();
  });

  it('is counted where it belongs to no session', async () => {
    const recording = await start();
    take(recording, 10, SYSTEM, ['the rest of a line', ...lines(0, 3)]);
    for (const ms of [1000, 2000]) await recording.step(DAY_MS + ms);
    expect(recording.counters.totals).toMatchObject({ orphanLines: 1, unclaimedLines: 0, fifoLinesDropped: 0 });
    await recording.close();
  });

  it('does not grow while nothing is logged', async () => {
    const recording = await start();
    take(recording, 10, SYSTEM, lines(0, 3));
    let ms = 0;
    const isAtRest = async () => {
      ms += 1000;
      await recording.step(DAY_MS + ms);
      const files = readdirSync(join(scratch.dir, 'journal')).filter((name) => name.endsWith('.journal'));
      return recording.journal.newestBytes === 0 && files.length === 1;
    };
    await expect.poll(isAtRest).toBe(true);
    const { byteLength } = recording.journal;
    for (let beat = 0; beat < 100; beat += 1) expect(await isAtRest()).toBe(true);
    expect(recording.journal.byteLength).toBe(byteLength);
    await recording.close();
  });
});
