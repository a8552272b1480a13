import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RunningIngest } from '../http/ingest-app.fixture.ts';
import { SyslogIngest } from './syslog-ingest.fixture.ts';

describe('logger(1)', () => {
  let syslog: SyslogIngest;
  beforeEach(async () => {
    syslog = await SyslogIngest.start();
  });
  afterEach(() => syslog.ingest.close());

  it.each([
    ['RFC 5424 over TCP, a line', '--tcp', '--rfc5424'],
    ['RFC 5424 over TCP, counted', '--tcp', '--rfc5424', '--octet-count'],
    ['RFC 3164 over TCP', '--tcp', '--rfc3164'],
    ['RFC 5424 over UDP', '--udp', '--rfc5424'],
    ['RFC 3164 over UDP', '--udp', '--rfc3164'],
  ])('sends %s, and its message is a line of the program and PID', async (_what, ...args) => {
    await syslog.logger(...args, '--tag', 'vsftpd', '--id=16044', '--priority', 'ftp.warning', 'FAIL LOGIN: Client "192.0.2.17"');
    expect(await syslog.lines(1)).toEqual(['FAIL LOGIN: Client "192.0.2.17"']);
    expect(syslog.ingest.log.batches).toMatchObject([{ node: expect.stringMatching(/./), session: 'vsftpd-16044', firstSeq: 0 }]);
  });

  it('names a session in structured data', async () => {
    const data = ['--sd-id', 'forensic@32473', '--sd-param', 'session="1795422257266-16044"'];
    await syslog.logger('--tcp', '--rfc5424', ...data, '--tag', 'ftpd', 'x');
    await syslog.lines(1);
    expect(syslog.ingest.log.batches).toMatchObject([{ session: '1795422257266-16044' }]);
  });
});

const RULES = `
rules:
  - name: vsftpd failed login
    types: [syslog]
    match: '\\[(?P<attemptedUser>[^\\]]*)\\] FAIL LOGIN: Client "(?P<clientAddress>[^"]+)"'
    criterion: FailedLogin
  - name: vsftpd quits
    match: 'FTP session closed'
    end: quit
`;

describe('syslog', () => {
  let dir: string;
  let syslog: SyslogIngest | undefined;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'syslog-'));
  });
  afterEach(async () => {
    await syslog?.ingest.close();
    syslog = undefined;
    rmSync(dir, { recursive: true });
  });

  it('files what the rules find, with who it was, and ends the session', async () => {
    const file = join(dir, 'rules.yaml');
    writeFileSync(file, RULES);
    syslog = await SyslogIngest.start({ FF_DETECTION_RULES: file });
    const head = '<86>Nov 23 17:33:00 ftp-1 vsftpd[7]: ';
    await syslog.send(
      `${head}CONNECT\n${head}[tj] FAIL LOGIN: Client "192.0.2.17"\n${head}FTP session closed\n${head}CONNECT\n`,
      4,
    );
    expect(await syslog.lines(4)).toHaveLength(4);
    const { batches } = syslog.ingest.log;
    expect(
      batches.map(({ context, criterion, end, messageCount }) => [context, criterion?.detail, end?.reason, messageCount]),
    ).toEqual([
      [undefined, undefined, undefined, 1],
      [{ clientAddress: '192.0.2.17', attemptedUser: 'tj' }, 'rule vsftpd failed login', undefined, 1],
      [undefined, undefined, 'quit', 1],
      [undefined, undefined, undefined, 1],
    ]);
  });

  it('without a host comes from its sender, and without a program has a session all the same', async () => {
    syslog = await SyslogIngest.start();
    await syslog.sendDatagrams('<6>1 - - - - - - x', 'just text');
    await syslog.lines(2);
    expect(syslog.ingest.log.batches).toMatchObject([{ node: '127.0.0.1', session: 'syslog' }]);
  });

  it('of a PID that was silent for too long ends, so that its next user is another session', async () => {
    syslog = await SyslogIngest.start({ FF_SYSLOG_SESSION_IDLE_S: '1' });
    await syslog.sendDatagrams('<6>1 - h vsftpd 7 - - x', '<6>1 - h ftpd 8 - [forensic session="named for ever"] x');
    const ends = () => syslog!.ingest.log.batches.filter(({ end }) => end?.reason === 'idle').map(({ session }) => session);
    await vi.waitUntil(() => ends().length > 0, { timeout: 10_000 });
    expect(ends()).toEqual(['vsftpd-7']);
    expect(syslog.counters.idleSessions).toBe(1);
  });

  it('longer than a message may be comes in pieces', async () => {
    syslog = await SyslogIngest.start({ FF_INGEST_MESSAGE_BYTES: '1000' });
    const text = Array.from({ length: 500 }, (_, index) => `word ${index}`).join(' ');
    await syslog.send(`<6>1 - h vsftpd 7 - - ${text}\n`, 1);
    await syslog.sendDatagrams(`<6>1 - h vsftpd 7 - - ${text}`);
    const count = Math.ceil((text.length + 22) / 1000);
    expect((await syslog.lines(2 * count)).slice(0, count).join('')).toBe(text);
    expect(syslog.ingest.log.lines.slice(count).join('')).toBe(text);
    expect(new Set(syslog.ingest.log.batches.map(({ session }) => session))).toEqual(new Set(['vsftpd-7']));
    expect(syslog.counters.cut).toBe(2 * (count - 1));
  });

  it('names the setting whose port is taken, and leaves no port open', async () => {
    syslog = await SyslogIngest.start();
    const taken = RunningIngest.start({ FF_SYSLOG_UDP_PORT: String(syslog.port) });
    await expect(taken).rejects.toThrow(`FF_SYSLOG_HOST=127.0.0.1 FF_SYSLOG_UDP_PORT=${syslog.port}: `);
  });
});
