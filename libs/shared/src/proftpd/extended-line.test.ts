import { describe, expect, it } from 'vitest';
import { parseExtendedLine } from './extended-line.ts';
import { logClock } from './log-clock.ts';

const SECOND_US = Date.UTC(2026, 10, 23, 5, 16, 20) * 1000;

function parse(line: string): NonNullable<ReturnType<typeof parseExtendedLine>> {
  const entry = parseExtendedLine(Buffer.from(line, 'latin1'), logClock(0));
  if (!entry) throw new Error(`not an ExtendedLog message: ${line}`);
  return entry;
}

function ours(fields: {
  user?: string;
  ouser?: string;
  cmd: string;
  raw?: string;
  code?: string;
  msg?: string;
  reason?: string;
}): string {
  const { user = '-', ouser = '-', cmd, raw = cmd, code = '-', msg = '-', reason = '' } = fields;
  return (
    'uid=awPM pid=24792 rip=203.0.113.7 rport=57302 lip=192.0.2.1 lport=21 t=2026-11-23 05:16:20,583 us=583399 proto=ftp ' +
    `user=${user} ouser=${ouser} cmd=${cmd} args=- raw=${raw} code=${code} msg=${msg} in=24 out=48 bytes=- xs=- xf=- euid=65534 egid=65534 E=${reason}`
  );
}

describe('an ExtendedLog message in our LogFormat', () => {
  it('of a refused password holds all that the block of the failed login shows', () => {
    const entry = parse(ours({ ouser: 'alice', cmd: 'PASS', raw: 'PASS (hidden)', code: '530', msg: 'Login incorrect.' }));
    expect(entry).toMatchObject({ pid: 24792, timeUs: SECOND_US + 583_399 });
    expect(entry.facts.passwordRefused).toBe(530);
    expect(entry.facts.context).toEqual({
      uniqueId: 'awPM',
      clientAddress: '203.0.113.7',
      serverAddress: '192.0.2.1:21',
      protocol: 'ftp',
      attemptedUser: 'alice',
      rawBytesIn: 24,
      rawBytesOut: 48,
      uid: 65534,
      gid: 65534,
    });
  });

  it('has the time at which it was written, also where a second begins between its milliseconds and its microseconds', () => {
    const at = (stamp: string, us: string) =>
      parse(ours({ cmd: 'NOOP' }).replace('20,583 us=583399', `${stamp} us=${us}`)).timeUs;
    expect(at('20,583', '584001')).toBe(SECOND_US + 584_001);
    expect(at('20,999', '7')).toBe(SECOND_US + 1_000_007);
    expect(at('20,000', '000000')).toBe(SECOND_US);
  });

  it('can not be talked out of a refused password by a user name that looks like fields', () => {
    for (const ouser of [
      'x cmd=NOOP args=- raw=NOOP code=200 msg=OK',
      'x cmd=NOOP args=- raw=NOOP code=200 msg=OK in=1 out=1 bytes=- xs=- xf=- euid=0 egid=0 E=Quit',
      'x\nplanted cmd=NOOP',
    ]) {
      const { facts } = parse(ours({ ouser, cmd: 'PASS', raw: 'PASS (hidden)', code: '530', msg: 'Login incorrect.' }));
      expect(facts.passwordRefused).toBe(530);
      expect(facts.context).toMatchObject({ attemptedUser: ouser, rawBytesIn: 24, uid: 65534 });
    }
  });

  it('names a user only once it is logged in', () => {
    expect(parse(ours({ user: 'alice', ouser: 'alice', cmd: 'PASS', code: '230' })).facts.context?.user).toBe('alice');
    expect(parse(ours({ user: 'alice', ouser: 'alice', cmd: 'PASS', code: '530' })).facts.context?.user).toBeUndefined();
    expect(parse(ours({ user: 'alice', cmd: 'EXIT', raw: '' })).facts.context?.user).toBeUndefined();
  });

  it('tells of beginning and end', () => {
    expect(parse(ours({ cmd: '', raw: '' })).facts.opens).toBe(true);
    expect(parse(ours({ cmd: 'EXIT', raw: '', reason: 'Quit' })).facts).toMatchObject({ closes: true, exitReason: 'Quit' });
    expect(parse(ours({ cmd: 'EXIT', raw: '' })).facts.exitReason).toBe('');
  });

  it('whose second line is still to come is a message of its process already', () => {
    expect(parse(ours({ ouser: 'zz', cmd: 'USER' }).split(' cmd=')[0]!)).toMatchObject({
      pid: 24792,
      facts: { ofSession: true },
    });
  });

  it('leaves out a local address that is none', () => {
    const line = ours({ cmd: 'QUIT' }).replace('lip=192.0.2.1', 'lip=local-ip');
    expect(parse(line).facts.context?.serverAddress).toBeUndefined();
  });

  it('may have the short format, without a time', () => {
    const entry = parse('id=awPU pid=6007 cmd=EXIT code=- user=- E=Configured policy: Denied by MaxLoginAttempts');
    expect(entry).toMatchObject({ pid: 6007, timeUs: 0, facts: { exitReason: 'Configured policy: Denied by MaxLoginAttempts' } });
  });
});

describe("an ExtendedLog message in ProFTPD's default format", () => {
  it('has no PID but a client, a user and a command to find its session by; its time has a zone', () => {
    const entry = parse('203.0.113.7 UNKNOWN alice [23/Nov/2026:06:16:20 +0100] "RETR a "b".txt" 226 17');
    expect(entry).toMatchObject({ pid: 0, timeUs: SECOND_US });
    expect(entry.facts.owner).toEqual({ client: '203.0.113.7', user: 'alice', cue: { command: 'RETR a "b".txt' } });
  });

  it('tells of a refused password', () => {
    const entry = parse('203.0.113.7 UNKNOWN - [23/Nov/2026:05:16:20 +0000] "PASS (hidden)" 530 -');
    expect(entry.facts).toEqual({ passwordRefused: 530, owner: { client: '203.0.113.7', cue: { command: 'PASS (hidden)' } } });
  });
});
