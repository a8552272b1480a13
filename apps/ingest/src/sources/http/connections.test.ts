import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { line, RunningIngest } from './ingest-app.fixture.ts';

const PATIENCE = { timeout: 20_000 };
const HEAD = 'POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n';

let ingest: RunningIngest;
const sockets: Socket[] = [];
beforeEach(async () => {
  ingest = await RunningIngest.start({ FF_INGEST_CONNECTIONS: '8', FF_INGEST_CONNECTIONS_PER_ADDRESS: '3' });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await ingest.close();
});

async function open(localAddress: string): Promise<Socket> {
  const socket = connect({ port: Number(new URL(ingest.url).port), host: '127.0.0.1', localAddress });
  sockets.push(socket);
  socket.on('error', () => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** Those of so many connections that ingest did not close. */
async function openFrom(localAddress: string, count: number): Promise<Socket[]> {
  const opened: Socket[] = [];
  for (let index = 0; index < count; index += 1) opened.push(await open(localAddress));
  return opened;
}

describe('connections', () => {
  it('of one address are bounded, so that who opens thousands shuts nobody out; closed ones count no more', async () => {
    const greedy = await openFrom('127.0.0.2', 5);
    await expect.poll(() => ingest.counters.refusedConnections.address, PATIENCE).toBe(2);
    expect((await ingest.post(line('x'))).status).toBe(202);
    expect(ingest.warnings).toEqual([
      expect.stringMatching(/^127\.0\.0\.2 has 3 connections .*FF_INGEST_CONNECTIONS_PER_ADDRESS/),
    ]);
    for (const socket of greedy) socket.destroy();
    await expect.poll(async () => (await open('127.0.0.2')).once('data', () => {}).readyState, PATIENCE).toBe('open');
  });

  it('are bounded in all', async () => {
    for (const address of ['127.0.0.2', '127.0.0.3', '127.0.0.4']) await openFrom(address, 3);
    await expect.poll(() => ingest.counters.refusedConnections.all, PATIENCE).toBe(1);
  });

  it('on which requests come without waiting for answers are closed: nobody counts what those take', async () => {
    ingest.log.hold();
    const body = line('x');
    const socket = await open('127.0.0.1');
    const closed = new Promise((resolve) => void socket.once('close', resolve));
    socket.write(`${HEAD}Content-Length: ${body.length}\r\n\r\n${body}`.repeat(500));
    await closed;
    expect(ingest.counters.refusedConnections.pipelining).toBe(1);
    ingest.log.release();
    await expect.poll(() => ingest.gate.inFlightBytes, PATIENCE).toBe(0);
    expect(ingest.log.lines.length).toBeLessThanOrEqual(8);
  });

  it('on which requests come faster than answers are closed, even if each is answered at once', async () => {
    // The first one takes longer.
    expect((await ingest.post('{}')).status).toBe(400);
    const socket = await open('127.0.0.1');
    const closed = new Promise((resolve) => void socket.once('close', resolve));
    // Fewer refusals than are told at once.
    socket.resume().write(`${HEAD}Content-Length: 2\r\n\r\n{}`.repeat(40));
    await closed;
    expect(ingest.counters.refusedConnections.pipelining).toBe(1);
  });

  it('that break within a request behind an unanswered one give its room back', async () => {
    ingest.log.hold();
    const body = line('x');
    const socket = await open('127.0.0.1');
    socket.write(
      `${HEAD}Content-Length: ${body.length}\r\n\r\n${body}${HEAD}Content-Length: 100000\r\n\r\n${' '.repeat(50_000)}`,
    );
    await expect.poll(() => ingest.gate.inFlightBytes, PATIENCE).toBe(body.length + 50_000);
    socket.destroy();
    await expect.poll(() => ingest.gate.inFlightBytes, PATIENCE).toBe(body.length);
    ingest.log.release();
    await expect.poll(() => ingest.gate.inFlightBytes, PATIENCE).toBe(0);
  });

  it('on which a body comes byte by byte are closed: each byte would take a hundred', async () => {
    const socket = await open('127.0.0.1');
    const closed = new Promise((resolve) => void socket.once('close', resolve));
    socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(5000)}`);
    await closed;
    expect(ingest.gate.inFlightBytes).toBe(0);
  });
});
