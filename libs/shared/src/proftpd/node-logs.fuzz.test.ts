import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extendedLine, type Logs, type Reading, readLogs, systemLine, traceLine, transferLine } from './node-logs.fixture.ts';

const ms = fc.nat(20_000);
const pid = fc.integer({ min: 1, max: 5 });
const text = fc.constantFrom(
  'FTP session opened.',
  'FTP session closed.',
  'USER a (Login failed): no',
  'USER a: Login successful.',
  'Transfer completed: 17 bytes in 0.00 seconds',
  "dispatching CMD command 'QUIT' to mod_core",
  'ProFTPD terminating (signal 11)',
  'caf\xe9 \0 \x1b',
);
const planted = fc.constantFrom('', 'planted', '-----END FAILED LOGIN FORENSICS-----', ' (Login failed): x', '\xff\xfe\r');
const systemLines = fc.array(fc.tuple(ms, pid, text).map(([at, process, message]) => systemLine(at, process, message)));
const traceLines = fc.array(
  fc.tuple(ms, pid).map(([at, process]) => traceLine(at, process, "<event:8>: dispatching event 'core.exit' to core")),
);
const extendedLines = fc.array(
  fc
    .tuple(ms, pid, fc.constantFrom('', 'PASS', 'EXIT', 'RETR'), fc.constantFrom(230, 530))
    .map(([at, process, cmd, code]) => extendedLine(at, process, { cmd, code, bytes: 17 })),
);
const transferLines = fc.array(ms.map((at) => transferLine(at, 'a', 17)));

/** Puts lines that a client planted behind some of the others. */
function withPlanted(lines: fc.Arbitrary<string[]>): fc.Arbitrary<string[]> {
  return fc.tuple(lines, fc.array(fc.tuple(fc.nat(), planted))).map(([real, extra]) => {
    if (real.length === 0) return real;
    return extra.reduce((all, [at, line]) => all.toSpliced(1 + (at % all.length), 0, line), real);
  });
}

const logs: fc.Arbitrary<Required<Logs>> = fc.record({
  system: withPlanted(systemLines),
  trace: withPlanted(traceLines),
  extended: withPlanted(extendedLines),
  transfer: transferLines,
});

function linesOut({ events }: Reading): string[] {
  return events.flatMap((event) => (event.kind === 'message' ? event.entry.text.toString('latin1').split('\n') : []));
}

const withoutTransfers = (all: readonly string[]): string[] => all.filter((line) => !line.startsWith('Mon Nov')).toSorted();

describe('whatever the logs hold', () => {
  it('every line comes out exactly once with its bytes as they were, or is counted', () => {
    fc.assert(
      fc.property(logs, (given) => {
        const reading = readLogs(given, 100);
        const { unclaimedLines, orphanLines, daemonLines } = reading.counts;
        const lines = Object.values(given).flat().map(String);
        const out = linesOut(reading);
        expect(out.length + unclaimedLines).toBe(lines.length);
        expect({ orphanLines, daemonLines }).toEqual({ orphanLines: 0, daemonLines: 0 });
        expect(withoutTransfers(out)).toEqual(withoutTransfers(lines));
      }),
      { numRuns: 500 },
    );
  });

  it('each session is opened first, numbered without a gap, and ended once, last', () => {
    fc.assert(
      fc.property(logs, (given) => {
        const perSession = Map.groupBy(readLogs(given).events, ({ session }) => session);
        for (const events of perSession.values()) {
          const kinds = events.map(({ kind }) => kind);
          // A PID that is used again within a millisecond makes the same id once more.
          const lives = kinds.filter((kind) => kind === 'open').length;
          expect(kinds.filter((kind) => kind === 'end')).toHaveLength(lives);
          expect([kinds[0], kinds.at(-1)]).toEqual(['open', 'end']);
          const numbers = events.flatMap((event) => ('seq' in event ? [event.seq] : []));
          expect(numbers.filter((number, index) => number !== (numbers[index - 1] ?? 0) + 1 && number !== 1)).toEqual([]);
        }
      }),
    );
  });

  it('random bytes neither throw nor grow', () => {
    const noise = fc
      .array(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          planted.map((line) => Buffer.from(line, 'latin1')),
        ),
      )
      .map((parts) => Buffer.concat(parts));
    fc.assert(
      fc.property(fc.record({ system: noise, trace: noise, extended: noise, transfer: noise }), (given) => {
        const bytes = Object.values(given).reduce((sum, log) => sum + log.length, 0);
        expect(linesOut(readLogs(given, 64)).join('\n').length).toBeLessThanOrEqual(bytes);
      }),
    );
  });

  it.each([
    [
      'ExtendedLog',
      'extended',
      extendedLine(0, 7, { cmd: 'RETR' }).replace('RETR', ' cmd= args= raw= code= msg= in='.repeat(2000)),
    ],
    ['ExtendedLog in its default format', 'extended', `a b c [23/Nov/2026:05:16:20 +0000] "${'" 530 - '.repeat(8000)}`],
    ['SystemLog', 'system', systemLine(0, 7, 'USER ' + ': no such user found from  (Login failed): '.repeat(1400))],
    ['SystemLog prefix', 'system', `2026-11-23 05:16:20 a proftpd[7] ${'(a['.repeat(20_000)}`],
    ['TransferLog', 'transfer', `Mon Nov 23 05:16:21 2026 0 a 1 ${'a _ i r b c 0 d c '.repeat(3500)}`],
  ])('a hostile line of 60 kB in %s is read like any other', (_, log, line) => {
    expect(readLogs({ [log]: [line] }).counts.lines).toBe(1);
  });
});
