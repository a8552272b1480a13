import { describe, expect, it } from 'vitest';
import { LogType } from '../wire/log-type.ts';
import {
  DAY_MS,
  daemonLine,
  extendedLine,
  type Reading,
  readLogs,
  systemLine,
  traceLine,
  transferLine,
} from './node-logs.fixture.ts';

function sessionsOf({ events }: Reading): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { session, kind } of events) if (kind === 'message') counts[session] = (counts[session] ?? 0) + 1;
  return counts;
}

const open = (ms: number, pid: number): string => systemLine(ms, pid, 'FTP session opened.');
const close = (ms: number, pid: number): string => systemLine(ms, pid, 'FTP session closed.');

const login = (pid: number, ms: number, user: string): string => systemLine(ms, pid, `USER ${user}: Login successful.`);
const completed = (pid: number, ms: number, bytes: number): string =>
  systemLine(ms, pid, `Transfer completed: ${bytes} bytes in 0.00 seconds`);

function transfersOf(reading: Reading): string[] {
  return reading.events.flatMap((event) =>
    event.kind === 'message' && event.entry.type === LogType.TransferLog ? [`${event.session.split('-')[1]}:${event.seq}`] : [],
  );
}

describe('sessions of a node', () => {
  it('are told apart by PID, and a PID that is used again is another session', () => {
    const reading = readLogs({ system: [open(0, 7), open(1, 8), close(2, 7), close(3, 8), open(50_000, 7), close(50_001, 7)] });
    expect(sessionsOf(reading)).toEqual({ [`${DAY_MS}-7`]: 2, [`${DAY_MS + 1}-8`]: 2, [`${DAY_MS + 50_000}-7`]: 2 });
    expect(reading.counts.sessions).toBe(3);
  });

  it('whose PID is used again at once are told apart, too: after an end, or by the unique id, or by a second beginning', () => {
    expect(readLogs({ system: [open(0, 7), close(1, 7), open(2, 7), close(3, 7)] }).counts.sessions).toBe(2);
    expect(readLogs({ system: [open(0, 7), open(2, 7)] }).counts.sessions).toBe(2);
    const connect = extendedLine(2, 7, { cmd: '', uid: '-' });
    expect(readLogs({ system: [open(0, 7), close(1, 7)], extended: [connect] }).counts.sessions).toBe(2);
    const extended = [extendedLine(0, 7, { cmd: 'NOOP', uid: 'a' }), extendedLine(1, 7, { cmd: 'NOOP', uid: 'b' })];
    expect(readLogs({ extended }).counts.sessions).toBe(2);
    const first = traceLine(0, 7, '<netio:19>: using default open() for control reading stream', '');
    const known = traceLine(1, 7, '<command:7>: x');
    expect(readLogs({ trace: [first, known, first, known] }).counts.sessions).toBe(2);
  });

  it('begin with what their process wrote before it knew its client', () => {
    const trace = [
      traceLine(0, 7, '<netio:19>: using default open() for control reading stream', ''),
      traceLine(1, 7, '<signal:5>: signals blocked'),
    ];
    expect(sessionsOf(readLogs({ trace }))).toEqual({ [`${DAY_MS}-7`]: 2 });
  });

  it("do not include the daemon's own lines, which are counted", () => {
    const system = [daemonLine(0, 1, 'ProFTPD 1.3.8 standalone mode STARTUP'), open(1, 7), close(2, 7), daemonLine(3, 1, 'x')];
    const { counts, events } = readLogs({ system, trace: [traceLine(3, 1, '<signal:9>: handling SIGCHLD (signal 17)', '')] });
    expect(counts).toMatchObject({ sessions: 1, daemonLines: 3, lines: 5 });
    expect(events.filter(({ kind }) => kind === 'message')).toHaveLength(2);
  });

  it('number their messages and criteria from 1 without a gap, so that what is published twice is dropped', () => {
    const system = [open(0, 7), systemLine(1, 7, 'USER a (Login failed): no'), systemLine(2, 7, 'x'), close(3, 7)];
    const { events } = readLogs({ system, extended: [extendedLine(1, 7, { cmd: 'PASS', code: 530 })] });
    const numbers = events.flatMap((event) => ('seq' in event ? [event.seq] : []));
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6]);
    expect(events.find((event) => event.kind === 'criterion')).toMatchObject({ seq: 3 });
  });
});

describe('lines without PID', () => {
  it('stand where their session did what they tell of, although their time is that of the second', () => {
    const system = [open(900, 7), login(7, 905, 'alice'), completed(7, 910, 17), systemLine(911, 7, 'after'), close(912, 7)];
    expect(transfersOf(readLogs({ system, transfer: [transferLine(0, 'alice', 17)] }))).toEqual(['7:4']);
  });

  it('go to the right one of two sessions of the same client', () => {
    const system = [
      open(0, 7),
      open(0, 8),
      login(7, 1, 'alice'),
      login(8, 1, 'bob'),
      completed(8, 2, 17),
      completed(7, 3, 17),
      close(4, 7),
      close(4, 8),
    ];
    const transfer = [transferLine(0, 'bob', 17), transferLine(0, 'alice', 17)];
    expect(transfersOf(readLogs({ system, transfer }))).toEqual(['8:4', '7:4']);
  });

  it('whose moment no log tells go to their session before it ends', () => {
    const system = [open(0, 7), login(7, 1, 'alice'), close(4, 7)];
    expect(transfersOf(readLogs({ system, transfer: [transferLine(0, 'alice', 17)] }))).toEqual(['7:4']);
  });

  it('go to the session that ended, not to the one that has its PID at once', () => {
    const next = systemLine(5, 7, 'FTP session opened.', '198.51.100.9');
    const system = [open(0, 7), login(7, 1, 'alice'), close(4, 7), next];
    expect(transfersOf(readLogs({ system, transfer: [transferLine(0, 'alice', 17)] }))).toEqual(['7:4']);
  });

  it('of no session are counted, not invented', () => {
    const reading = readLogs({
      system: [open(0, 7), login(7, 1, 'alice'), close(4, 7)],
      transfer: [transferLine(0, 'mallory', 17)],
    });
    expect(reading.counts.unclaimedLines).toBe(1);
    expect(transfersOf(reading)).toEqual([]);
  });

  it("of ProFTPD's default ExtendedLog find their session by its command", () => {
    const system = [
      open(0, 7),
      systemLine(5, 7, "dispatching LOG_CMD command 'NOOP' to mod_log"),
      systemLine(6, 7, 'after'),
      close(9, 7),
    ];
    const { events } = readLogs({ system, extended: ['203.0.113.7 UNKNOWN - [23/Nov/2026:00:00:00 +0000] "NOOP" 200 -'] });
    const texts = events.flatMap((event) => (event.kind === 'message' ? [event.entry.type] : []));
    expect(texts).toEqual([LogType.SystemLog, LogType.SystemLog, LogType.ExtendedLog, LogType.SystemLog, LogType.SystemLog]);
  });
});
