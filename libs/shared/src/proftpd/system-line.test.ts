import { describe, expect, it } from 'vitest';
import { logClock } from './log-clock.ts';
import type { LogEntry } from './log-entry.ts';
import { parseSystemLine } from './system-line.ts';

const PREFIX = '2026-11-23 05:16:20,579 ftp-1 proftpd[24792] 192.0.2.1 (client.example[203.0.113.7]): ';

function parse(message: string, prefix = PREFIX): LogEntry {
  const entry = parseSystemLine(Buffer.from(prefix + message, 'latin1'), logClock(0));
  if (!entry) throw new Error(`not a SystemLog message: ${prefix}${message}`);
  return entry;
}

describe('a SystemLog message', () => {
  it('has its time, its PID, its client and its bytes as they were', () => {
    const entry = parse('caf\xe9 \0\x1b[31m');
    expect(entry.timeUs).toBe(Date.UTC(2026, 10, 23, 5, 16, 20, 579) * 1000);
    expect(entry.pid).toBe(24792);
    expect(entry.facts).toMatchObject({
      ofSession: true,
      clientName: 'client.example',
      context: { clientAddress: '203.0.113.7' },
    });
    expect(entry.text.toString('latin1')).toBe(`${PREFIX}caf\xe9 \0\x1b[31m`);
  });

  it('may have an IPv6 client and no milliseconds', () => {
    const entry = parse('FTP session opened.', '2026-11-23 05:16:20 ftp-1 proftpd[1] ::1 (::1[::1]): ');
    expect(entry.facts).toMatchObject({ opens: true, context: { clientAddress: '::1', protocol: 'ftp' } });
  });

  it.each([
    ['USER alice (Login failed): Incorrect password', 'alice', 'Incorrect password'],
    ['ANON ftp (Login failed): Limit access denies login', 'ftp', 'Limit access denies login'],
    ['USER x: no such user found from 203.0.113.7 [203.0.113.7] to 192.0.2.1:21', 'x', 'no such user found'],
    [
      'USER a b: no such user found from c: no such user found from 203.0.113.7 [203.0.113.7] to 192.0.2.1:21',
      'a b: no such user found from c',
      'no such user found',
    ],
    ['USER zz\nplanted: no such user found from 203.0.113.7 [203.0.113.7] to 192.0.2.1:21', 'zz\nplanted', 'no such user found'],
    ['USER x (Login failed): y (Login failed): Incorrect password', 'x (Login failed): y', 'Incorrect password'],
  ])('tells of a failed login: %j', (message, attemptedUser, detail) => {
    expect(parse(message).facts.loginFailed).toEqual({ attemptedUser, detail });
  });

  it.each([
    "dispatching PRE_CMD command 'USER x (Login failed): y' to mod_core",
    'USER x: Login successful.',
    'notice: user ftp: aliases to: x (Login failed): y',
  ])('does not tell of one: %j', (message) => {
    expect(parse(message).facts.loginFailed).toBeUndefined();
  });

  it('makes of a user name that is no UTF-8 a text that a context can hold, at most 256 bytes long', () => {
    expect(parse('USER caf\xe9 (Login failed): no').facts.loginFailed?.attemptedUser).toBe(String.raw`caf\xe9`);
    const long = parse(`USER ${'\xc3\xa9'.repeat(200)}x (Login failed): no`).facts.loginFailed?.attemptedUser;
    expect(long).toBe('é'.repeat(128));
    expect(parse(`USER x${'\xc3\xa9'.repeat(200)} (Login failed): no`).facts.loginFailed?.attemptedUser).toBe(
      `x${'é'.repeat(127)}`,
    );
  });

  it('tells what a block shows of its session', () => {
    expect(parse('connected - local  : 192.0.2.1:2121').facts.context?.serverAddress).toBe('192.0.2.1:2121');
    expect(parse('USER alice: Login successful.').facts.context?.user).toBe('alice');
    expect(parse("mod_unique_id/0.2: unique session ID is 'awPM'").facts.context?.uniqueId).toBe('awPM');
    expect(parse('FTP session closed.').facts.closes).toBe(true);
    expect(parse('ProFTPD terminating (signal 11)').facts.signal).toBe(11);
  });

  it('has the level that mod_log_forensic shows for it where the text says so, and invents none elsewhere', () => {
    expect(parse('USER alice (Login failed): Incorrect password').level).toBe(5);
    expect(parse('FTP session opened.').level).toBe(6);
    expect(parse("dispatching CMD command 'QUIT' to mod_core").level).toBe(7);
    expect(parse('some module says something').level).toBe(0);
  });

  it('of the daemon is not one of a session', () => {
    const entry = parse('ProFTPD killed (signal 15)', '2026-11-23 05:16:20,579 ftp-1 proftpd[1] 192.0.2.1: ');
    expect(entry.facts).toEqual({ daemonStops: true });
  });

  it.each(['', 'planted', '2026-11-23 05:16:20,579 ftp-1 sshd[1] x: y', '2026-99-23 05:16:20,579 ftp-1 proftpd[1] x: y'])(
    'does not begin with %j, so such a line stays with the message before it',
    (line) => {
      expect(parseSystemLine(Buffer.from(line), logClock(0))).toBeNull();
    },
  );
});
