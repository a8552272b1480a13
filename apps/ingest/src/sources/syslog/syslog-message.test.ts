import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BsdClock } from './bsd-clock.ts';
import { readSyslog } from './syslog-message.ts';

const NOW_MS = Date.UTC(2026, 10, 23, 18);
const clock = new BsdClock(0, () => NOW_MS);

/** What is said, with the text; what is not is left out. */
function read(message: string): object {
  const bytes = Buffer.from(message, 'latin1');
  const { textStart, textEnd, level, timeUs, ...names } = readSyslog(bytes, clock);
  const said = Object.entries(names).filter(([, value]) => value !== '');
  const time = timeUs === 0 ? {} : { time: new Date(timeUs / 1000).toISOString() };
  return { level, ...time, ...Object.fromEntries(said), text: bytes.toString('latin1', textStart, textEnd) };
}

const AT = { time: '2026-11-23T17:33:00.000Z' };
const FTP = { host: 'ftp-1', program: 'vsftpd', procId: '16044' };

describe('a message of RFC 5424', () => {
  it.each([
    [
      'with all that it may say',
      '<134>1 2026-11-23T17:33:00.123456+00:00 ftp-1 vsftpd 16044 ID47 - USER tj',
      { level: 6, ...FTP, time: '2026-11-23T17:33:00.123Z', text: 'USER tj' },
    ],
    ['that says nothing', '<0>1 - - - - - -', { level: 0, text: '' }],
    ['with a byte order mark', '<7>1 - ftp-1 vsftpd 16044 - - \xef\xbb\xbft\xc3\xabj', { level: 7, ...FTP, text: 't\xc3\xabj' }],
    ['with bytes that are not UTF-8', '<7>1 - ftp-1 vsftpd 16044 - - t\xeb\0j', { level: 7, ...FTP, text: 't\xeb\0j' }],
    [
      'of a named session',
      '<7>1 - ftp-1 vsftpd 16044 - [forensic@32473 session="s 1"] x',
      { level: 7, ...FTP, session: 's 1', text: 'x' },
    ],
    [
      'whose session is quoted',
      '<7>1 - - - - - [timeQuality tzKnown="1"][forensic session="a\\"\\]\\\\b\xc3\xab" x="y"] x',
      { level: 7, session: 'a"]\\bë', text: 'x' },
    ],
    ['with data of others', '<7>1 - - - - - [a@1 session="not ours"][b] x', { level: 7, text: 'x' }],
    ['whose data is none', '<7>1 - - - - - [a b=c] x', { level: 7, text: '[a b=c] x' }],
    ['whose data has no end', '<7>1 - - - - - [forensic session="a', { level: 7, text: '[forensic session="a' }],
    ['with a time that is none', '<7>1 2026-02-30T00:00:00Z ftp-1 vsftpd 16044 - - x', { level: 7, ...FTP, text: 'x' }],
    [
      'as rsyslog writes it, with a blank more and a line feed',
      '<7>1 - ftp-1 vsftpd 16044 - -  x\n',
      { level: 7, ...FTP, text: 'x' },
    ],
    ['without structured data', '<7>1 - ftp-1 vsftpd 16044 -', { level: 7, ...FTP, text: '' }],
  ])('%s', (_what, message, expected) => {
    expect(read(message)).toEqual(expected);
  });
});

describe('a message of RFC 3164', () => {
  it.each([
    ['as it should be', '<38>Nov 23 17:33:00 ftp-1 vsftpd[16044]: USER tj', { level: 6, ...AT, ...FTP, text: 'USER tj' }],
    [
      'without a host, as programs write to /dev/log',
      '<38>Nov 23 17:33:00 vsftpd[16044]: x',
      { level: 6, ...AT, program: 'vsftpd', procId: '16044', text: 'x' },
    ],
    ['with rsyslog’s stamp', '<38>2026-11-23T18:33:00+01:00 ftp-1 vsftpd[16044]: x', { level: 6, ...AT, ...FTP, text: 'x' }],
    [
      'with a year and no PID',
      '<38>Nov 23 2026 17:33:00 ftp-1 sshd: x',
      { level: 6, ...AT, host: 'ftp-1', program: 'sshd', text: 'x' },
    ],
    [
      'of a clock that is not set, with a fraction',
      '<38>*Nov 23 17:33:00.123: ftp-1 x',
      { level: 6, ...AT, host: 'ftp-1', text: 'x' },
    ],
    [
      'with a day of one digit',
      '<38>Nov  3 17:33:00 ftp-1 x',
      { level: 6, time: '2026-11-03T17:33:00.000Z', host: 'ftp-1', text: 'x' },
    ],
    [
      'with an IPv6 host',
      '<38>Nov 23 17:33:00 fe80::1 sshd[1]: x',
      { level: 6, ...AT, host: 'fe80::1', program: 'sshd', procId: '1', text: 'x' },
    ],
    [
      'with a path in its tag',
      '<38>Nov 23 17:33:00 ftp-1 postfix/smtpd[12]: x',
      { level: 6, ...AT, host: 'ftp-1', program: 'postfix/smtpd', procId: '12', text: 'x' },
    ],
    ['without a colon behind the PID', '<38>Nov 23 17:33:00 ftp-1 vsftpd[16044] x', { level: 6, ...AT, ...FTP, text: 'x' }],
    ['without a stamp', '<38>vsftpd[16044]: x', { level: 6, program: 'vsftpd', procId: '16044', text: 'x' }],
    [
      'without a tag',
      '<38>Nov 23 17:33:00 ftp-1 link is up: really',
      { level: 6, ...AT, host: 'ftp-1', text: 'link is up: really' },
    ],
    ['with a stamp that is none', '<38>Nov 31 17:33:00 ftp-1 x', { level: 6, host: 'ftp-1', text: 'x' }],
    ['without anything', 'x', { level: 5, text: 'x' }],
    ['with a PRI out of range', '<192>vsftpd: x', { level: 5, text: '<192>vsftpd: x' }],
    ['with a PRI without an end', '<38', { level: 5, text: '<38' }],
    ['whose version is a later one', '<38>2 - - - - - -', { level: 6, text: '2 - - - - - -' }],
    ['that is empty', '<38>', { level: 6, text: '' }],
  ])('%s', (_what, message, expected) => {
    expect(read(message)).toEqual(expected);
  });
});

describe('any bytes', () => {
  const fragment = fc.constantFrom(
    '<38>',
    '1 ',
    '- ',
    'Nov 23 17:33:00 ',
    'ftp-1 ',
    'a[1]: ',
    '[forensic session="',
    '"] ',
    '\\',
    '2026-11-23T17:33:00Z ',
    '\0',
    '\xff',
    'x'.repeat(300),
  );
  const message = fc
    .array(fc.oneof(fragment, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 12 })
    .map((parts) => parts.join(''));

  it('are a message whose end is a text, and nothing throws', () => {
    fc.assert(
      fc.property(message, (text) => {
        const bytes = Buffer.from(text, 'latin1');
        const { level, timeUs, textStart, textEnd } = readSyslog(bytes, clock);
        expect(level >= 0 && level <= 7 && Number.isSafeInteger(timeUs) && timeUs >= 0).toBe(true);
        expect(textStart >= 0 && textStart <= textEnd && textEnd <= bytes.length).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('take time in proportion to their length, however they are made', () => {
    for (const part of ['<38>1 - - - - - [a', ' a="\\"', ' session="\\\\', 'a[', 'Nov ']) {
      const bytes = Buffer.from(`<38>1 - - - - - [a${part.repeat(65_536 / part.length)}`);
      expect(readSyslog(bytes, clock).textStart).toBeLessThanOrEqual(bytes.length);
    }
  });
});
