import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogType } from '../wire/log-type.ts';
import { type LogEntry, NO_FACTS, PROFTPD_LOGS, type ProftpdLog } from './log-entry.ts';
import { LOOKAHEAD, MAX_HELD, TimeMerge } from './time-merge.ts';

function entry(type: ProftpdLog, ms: number, text = ''): LogEntry {
  return { type, level: 0, timeUs: ms * 1000, pid: 1, text: Buffer.from(text), facts: NO_FACTS };
}

function merged(entries: readonly LogEntry[]): LogEntry[] {
  const merge = new TimeMerge(PROFTPD_LOGS);
  for (const each of entries) merge.push(each.type, each);
  for (const log of PROFTPD_LOGS) merge.finish(log);
  return [...merge.release()].map((placed) => placed.entry);
}

const { TraceLog, SystemLog, TransferLog, ExtendedLog } = LogType;

describe('merged logs', () => {
  it('are in the order of time, and within a millisecond in the order in which ProFTPD writes its logs', () => {
    const order = [entry(ExtendedLog, 5), entry(TransferLog, 5), entry(SystemLog, 5), entry(TraceLog, 5), entry(ExtendedLog, 4)];
    order.unshift(order.pop()!);
    expect(merged(order).map(({ type, timeUs }) => [type, timeUs / 1000])).toEqual([
      [ExtendedLog, 4],
      [TraceLog, 5],
      [SystemLog, 5],
      [TransferLog, 5],
      [ExtendedLog, 5],
    ]);
  });

  it('lose nothing and keep the order of each log, whatever times it shows', () => {
    const arbitraryEntry = fc.tuple(fc.constantFrom(...PROFTPD_LOGS), fc.nat(30)).map(([log, ms]) => entry(log, ms));
    fc.assert(
      fc.property(fc.array(arbitraryEntry, { maxLength: 300 }), (entries) => {
        const result = merged(entries);
        for (const log of PROFTPD_LOGS) {
          const isOfLog = ({ type }: LogEntry): boolean => type === log;
          expect(result.filter(isOfLog)).toEqual(entries.filter(isOfLog));
        }
      }),
    );
  });

  it('are not held back by a planted line from the future', () => {
    const planted = [entry(SystemLog, 1), entry(SystemLog, 9_000_000_000), entry(SystemLog, 2)];
    const result = merged([...planted, entry(TraceLog, 1), entry(TraceLog, 2), entry(TraceLog, 3)]);
    expect(result.map(({ type, timeUs }) => `${type} ${timeUs / 1000}`)).toEqual([
      '5 1',
      '3 1',
      '5 2',
      '3 9000000000',
      '3 2',
      '5 3',
    ]);
  });

  it('of a process stay in order when a stamp goes back by a second, as in ExtendedLog', () => {
    const result = merged([
      entry(ExtendedLog, 1990),
      entry(ExtendedLog, 1002),
      entry(TraceLog, 1980),
      entry(TraceLog, 1985),
      entry(TraceLog, 2001),
    ]);
    expect(result.map(({ type, timeUs }) => `${type} ${timeUs / 1000}`)).toEqual([
      '5 1980',
      '5 1985',
      '4 1990',
      '4 1002',
      '5 2001',
    ]);
  });

  it('of a process that had to wait for its turn to write come before what it did later', () => {
    const waited = { ...entry(TraceLog, 100), pid: 2 };
    const result = merged([entry(TraceLog, 160), waited, { ...entry(ExtendedLog, 110), pid: 2 }]);
    expect(result.map(({ pid, timeUs }) => `${pid} ${timeUs / 1000}`)).toEqual(['2 100', '2 110', '1 160']);
  });

  it('wait for a log that has nothing yet, but not beyond their bound', () => {
    const merge = new TimeMerge([TraceLog, SystemLog]);
    for (let ms = 0; ms <= MAX_HELD; ms += 1) merge.push(TraceLog, entry(TraceLog, ms));
    expect(merge.starving).toBe(SystemLog);
    expect([...merge.release()]).toHaveLength(1);
    merge.push(TraceLog, entry(TraceLog, MAX_HELD + 1));
    expect([...merge.release()]).toHaveLength(1);
  });

  it('of live sources go on without a silent log up to the time that is over', () => {
    const merge = new TimeMerge([TraceLog, TransferLog]);
    for (let ms = 0; ms < LOOKAHEAD * 2; ms += 1) merge.push(TraceLog, entry(TraceLog, ms));
    expect([...merge.release()]).toEqual([]);
    expect([...merge.release(9)].map(({ atMs }) => atMs)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
