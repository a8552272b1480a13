import { describe, expect, it } from 'vitest';
import { logClock } from './log-clock.ts';
import { parseTransferLine } from './transfer-line.ts';

function parse(line: string): ReturnType<typeof parseTransferLine> {
  return parseTransferLine(Buffer.from(line, 'latin1'), logClock(0));
}

describe('a TransferLog message', () => {
  it('has a time of whole seconds, and client, user and bytes to find its session by', () => {
    const entry = parse('Mon Nov 23 05:16:21 2026 0 203.0.113.7 1000 /home/alice/up.bin a _ i r alice ftp 0 * c');
    expect(entry).toMatchObject({ pid: 0, level: 0, timeUs: Date.UTC(2026, 10, 23, 5, 16, 21) * 1000 });
    expect(entry?.facts.owner).toEqual({ client: '203.0.113.7', user: 'alice', cue: { bytes: 1000 } });
  });

  it('may be of a day below ten, and name a path with spaces', () => {
    const entry = parse('Tue Dec  1 00:00:00 2026 3 client.example 5 /a b/c d.txt b _ o r bob ftp 0 * i');
    expect(entry?.timeUs).toBe(Date.UTC(2026, 11, 1) * 1000);
    expect(entry?.facts.owner).toMatchObject({ client: 'client.example', user: 'bob' });
  });

  it("of an anonymous session names no user: what stands there is the client's password", () => {
    const entry = parse('Mon Nov 23 05:16:21 2026 0 203.0.113.7 17 /pub/a b _ o a me@example.com ftp 0 * c');
    expect(entry?.facts.owner).toEqual({ client: '203.0.113.7', cue: { bytes: 17 } });
  });

  it('is taken without its user if its end is unreadable, rather than lost', () => {
    expect(parse('Mon Nov 23 05:16:21 2026 0 203.0.113.7 17 /cut')?.facts.owner).toEqual({
      client: '203.0.113.7',
      cue: { bytes: 17 },
    });
  });

  it.each(['', 'Mon Foo 23 05:16:21 2026 0 a 1 /b', 'Mon Nov 31 05:16:21 2026 0 a 1 /b', 'Mon Nov 23 05:16:21 2026'])(
    'does not begin with %j',
    (line) => {
      expect(parse(line)).toBeNull();
    },
  );
});
