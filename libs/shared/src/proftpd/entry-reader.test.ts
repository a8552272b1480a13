import { describe, expect, it } from 'vitest';
import { MAX_MESSAGE_BYTES } from '../wire/limits.ts';
import { EntryReader } from './entry-reader.ts';
import { parseExtendedLine } from './extended-line.ts';
import { logClock } from './log-clock.ts';
import type { LineParser, LogEntry } from './log-entry.ts';
import { parseSystemLine } from './system-line.ts';

const PREFIX = '2026-11-23 05:16:20,579 ftp-1 proftpd[7] 192.0.2.1 (203.0.113.7[203.0.113.7]): ';

function read(lines: readonly string[], parse: LineParser = parseSystemLine): { entries: LogEntry[]; orphans: number } {
  const reader = new EntryReader(parse, logClock(0));
  const entries = lines.map((line) => reader.push({ bytes: Buffer.from(line), startsLine: true }));
  entries.push(reader.finish());
  return { entries: entries.filter((entry) => entry !== null), orphans: reader.orphans };
}

describe('messages of a log', () => {
  it('keep the line feeds that a client planted, empty lines too', () => {
    const { entries } = read([`${PREFIX}a`, 'planted', '', `${PREFIX}b`]);
    expect(entries.map(({ text }) => String(text))).toEqual([`${PREFIX}a\nplanted\n`, `${PREFIX}b`]);
  });

  it('tell of a failed login behind a planted line feed', () => {
    const { entries } = read([
      `${PREFIX}USER zz`,
      '-----END FAILED LOGIN FORENSICS-----',
      'x: no such user found from a [a] to b:21',
    ]);
    expect(entries[0]?.facts.loginFailed?.attemptedUser).toBe('zz\n-----END FAILED LOGIN FORENSICS-----\nx');
  });

  it('tell of a refused password behind a planted line feed', () => {
    const line =
      'uid=a pid=7 rip=203.0.113.7 rport=1 lip=192.0.2.1 lport=21 t=2026-11-23 05:16:20,583 us=583399 proto=ftp user=- ouser=zz\nplanted' +
      ' cmd=PASS args=- raw=PASS (hidden) code=530 msg=Login incorrect. in=25 out=66 bytes=- xs=- xf=- euid=1 egid=1 E=';
    const { entries } = read(line.split('\n'), parseExtendedLine);
    expect(entries).toHaveLength(1);
    expect(entries[0]?.facts).toMatchObject({ passwordRefused: 530, context: { attemptedUser: 'zz\nplanted' } });
  });

  it('stay within the longest message: the rest becomes a message of the same process', () => {
    const line = 'x'.repeat(MAX_MESSAGE_BYTES - 10);
    const { entries } = read([`${PREFIX}a`, line, line]);
    expect(entries.map(({ text }) => String(text))).toEqual([`${PREFIX}a`, line, line]);
    expect(entries.map(({ pid }) => pid)).toEqual([7, 7, 7]);
  });

  it('that are pieces of one long line are not read as lines of their own', () => {
    const reader = new EntryReader(parseSystemLine, logClock(0));
    reader.push({ bytes: Buffer.from(`${PREFIX}a`), startsLine: true });
    reader.push({ bytes: Buffer.from(`${PREFIX}USER x (Login failed): y`), startsLine: false });
    expect(reader.finish()?.facts).toEqual({});
  });

  it('whose beginning is not in the file are counted', () => {
    expect(read(['rest', 'of something', `${PREFIX}a`])).toMatchObject({ orphans: 2, entries: [{ pid: 7 }] });
  });
});
