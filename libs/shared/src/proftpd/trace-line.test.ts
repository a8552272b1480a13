import { describe, expect, it } from 'vitest';
import { logClock } from './log-clock.ts';
import { parseTraceLine } from './trace-line.ts';

const STAMP_US = Date.UTC(2026, 10, 23, 5, 16, 20) * 1000;

function parse(line: string): ReturnType<typeof parseTraceLine> {
  return parseTraceLine(Buffer.from(line, 'latin1'), logClock(0));
}

function factsOf(message: string): object | undefined {
  return parse(`2026-11-23 05:16:20,578 [7] ${message}`)?.facts;
}

describe('a TraceLog message', () => {
  it('has the level of its channel, its PID, its time and its client', () => {
    const line = '2026-11-23 05:16:20,578 [24792] (client 203.0.113.7, server 192.0.2.1:18696) <signal:5>: signals blocked';
    expect(parse(line)).toMatchObject({ level: 5, pid: 24792, timeUs: STAMP_US + 578_000, facts: { ofSession: true } });
    // The server's port is in the wrong byte order there: nothing is better than 18696 for 2121.
    expect(parse(line)?.facts.context).toEqual({ clientAddress: '203.0.113.7' });
  });

  it('is read without TimestampMillis and ConnIPs, too', () => {
    expect(parse('2026-11-23 05:16:20 [7] <event:8>: x')).toMatchObject({ level: 8, pid: 7, timeUs: STAMP_US });
  });

  it.each([
    ['<signal:9>: handling signal 15', 15],
    ['<signal:9>: handling SIGSEGV (signal 11)', 11],
    ['<signal:9>: handling SIGCHLD (signal 17)', undefined],
    ['<auth:9>: handling signal 15', undefined],
  ])('%s names the signal that ends the process: %s', (message, signal) => {
    expect(parse(`2026-11-23 05:16:20,578 [7] ${message}`)?.facts.signal).toBe(signal);
  });

  it('tells of the session: its beginning, a command, its end', () => {
    expect(factsOf('<netio:19>: using default open() for control reading stream')).toEqual({ opens: true });
    expect(factsOf("<command:7>: dispatching LOG_CMD command 'STOR a' to mod_log.c")).toMatchObject({
      cue: { command: 'STOR a' },
    });
    expect(factsOf("<event:8>: dispatching event 'core.exit' to mod_auth (at 0x1, use cache = false)")).toMatchObject({
      closes: true,
    });
  });

  it.each(['', "' (1) to buffer", '2026-11-23 05:16:20,578 [x] <a:1>: b', '2026-11-23 05:16:20,578 [7] no channel'])(
    'does not begin with %j',
    (line) => {
      expect(parse(line)).toBeNull();
    },
  );
});
