import type { Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { UNAVAILABLE } from '../http/ingest-app.fixture.ts';
import { SyslogIngest } from './syslog-ingest.fixture.ts';

const MIB = 1024 * 1024;
const LINE = `<6>1 - h vsftpd 7 - - ${'x'.repeat(976)}\n`;

describe('syslog under pressure', () => {
  let syslog: SyslogIngest;
  afterEach(() => syslog.ingest.close());

  it('is not read from TCP, and dropped from UDP with a count, while the log takes nothing', async () => {
    syslog = await SyslogIngest.start({ FF_SYSLOG_INFLIGHT_BYTES: String(MIB) });
    const lines = 5000;
    syslog.ingest.log.hold();
    const socket = await syslog.connect();
    socket.end(LINE.repeat(lines));
    await vi.waitUntil(() => syslog.counters.messages * LINE.length >= MIB - LINE.length, { timeout: 10_000 });
    await syslog.sendDatagrams(...Array.from({ length: 10 }, () => LINE));
    await vi.waitUntil(() => syslog.counters.dropped === 10, { timeout: 10_000 });
    // One chunk of a connection may be on its way when the room is full.
    expect(syslog.counters.messages * LINE.length).toBeLessThan(MIB + 2 * 65_536);
    syslog.ingest.log.release();
    await vi.waitUntil(() => syslog.counters.messages === lines, { timeout: 10_000 });
    expect(await syslog.lines(lines)).toHaveLength(lines);
  });

  it('loses nothing silently where the log fails', async () => {
    syslog = await SyslogIngest.start();
    syslog.ingest.log.failure = UNAVAILABLE;
    await syslog.send(LINE.repeat(100), 100);
    await vi.waitUntil(() => syslog.counters.lost === 100);
    expect(syslog.ingest.warnings).toEqual([
      expect.stringMatching(/^ingest: the log can't be written; \d+ syslog lines are lost/),
    ]);
    syslog.ingest.log.failure = null;
    await syslog.send(LINE, 101);
    expect(await syslog.lines(1)).toHaveLength(1);
  });

  it('from more connections than there may be is refused and counted', async () => {
    syslog = await SyslogIngest.start({ FF_SYSLOG_CONNECTIONS: '1' });
    const first = await syslog.connect();
    const second = await syslog.connect();
    await isClosed(second);
    first.end(LINE);
    expect(await syslog.lines(1)).toHaveLength(1);
    expect(syslog.counters.refused).toBe(1);
  });

  it('from an address with more connections than it may have is refused, counted and said; others are taken', async () => {
    syslog = await SyslogIngest.start({ FF_SYSLOG_HOST: '::', FF_SYSLOG_CONNECTIONS_PER_ADDRESS: '1' });
    const first = await syslog.connect();
    await isClosed(await syslog.connect());
    const other = await syslog.connect('127.0.0.2');
    other.end(LINE);
    expect(await syslog.lines(1)).toHaveLength(1);
    expect(syslog.counters.refused).toBe(1);
    expect(syslog.ingest.warnings.at(-1)).toMatch(/^127\.0\.0\.1 has 1 connections \(FF_SYSLOG_CONNECTIONS_PER_ADDRESS\)/);
    const gone = isClosed(first);
    first.end(LINE);
    await gone;
    (await syslog.connect()).end(LINE);
    expect(await syslog.lines(3)).toHaveLength(3);
  });

  it('from a connection that is silent for too long is closed and counted', async () => {
    syslog = await SyslogIngest.start({ FF_SYSLOG_CONNECTION_IDLE_S: '1' });
    const socket = await syslog.connect();
    socket.write('<6>1 - h vsftpd 7 - - half');
    await isClosed(socket);
    expect(await syslog.lines(1)).toEqual(['half']);
    expect(syslog.counters.idleConnections).toBe(1);
  });

  it('that has arrived is on the log when ingest has closed, its last unfinished line too', async () => {
    syslog = await SyslogIngest.start();
    const socket = await syslog.connect();
    socket.write(`${LINE}<6>1 - h vsftpd 7 - - half`);
    await vi.waitUntil(() => syslog.counters.messages === 1);
    await syslog.ingest.stop();
    expect(syslog.ingest.log.lines.at(-1)).toBe('half');
  });

  it('from a connection that breaks off keeps what came', async () => {
    syslog = await SyslogIngest.start();
    const socket = await syslog.connect();
    socket.write('100 <6>1 - h vsftpd 7 - - half', () => socket.resetAndDestroy());
    expect(await syslog.lines(1)).toEqual(['half']);
  });
});

/** However it was closed. */
function isClosed(socket: Socket): Promise<void> {
  socket.resume();
  return new Promise((resolve) => void socket.once('close', () => resolve()));
}
