import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { line, RunningIngest } from './ingest-app.fixture.ts';

const PATIENCE = { timeout: 20_000 };
/** More than are told at once. */
const MANY = 300;
const REFUSED = 'POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n';

let ingest: RunningIngest;
const sockets: Socket[] = [];
beforeEach(async () => {
  ingest = await RunningIngest.start();
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await ingest.close();
});

/** The answers on one connection. */
async function open(localAddress = '127.0.0.2'): Promise<{ socket: Socket; heard: () => string }> {
  const socket = connect({ port: Number(new URL(ingest.url).port), host: '127.0.0.1', localAddress });
  sockets.push(socket);
  socket.on('error', () => socket.destroy());
  let heard = '';
  socket.on('data', (bytes: Buffer) => (heard += String(bytes)));
  await once(socket, 'connect');
  return { socket, heard: () => heard };
}

/** A client that repeats on so many connections at once what is refused. */
async function refuseMany(request: string): Promise<Awaited<ReturnType<typeof open>>[]> {
  const clients = await Promise.all(Array.from({ length: MANY }, () => open()));
  for (const { socket } of clients) socket.write(request);
  return clients;
}

describe('who is refused again and again', () => {
  it('hears why later and later, so that others get their turn; all hear it in the end', async () => {
    const clients = await refuseMany(`${REFUSED}Content-Length: 2\r\n\r\n{}`);
    await expect.poll(answeredNow, PATIENCE).toBeGreaterThanOrEqual(50);
    expect(answeredNow()).toBeLessThan(MANY);
    expect((await ingest.post('{}')).status).toBe(400);
    expect(answeredNow()).toBeLessThan(MANY);
    await expect.poll(answeredNow, PATIENCE).toBe(MANY);
    expect(clients.every(({ heard }) => heard().startsWith('HTTP/1.1 415'))).toBe(true);
  });

  it('is not held up with what is good', async () => {
    await refuseMany(`${REFUSED}Content-Length: 2\r\n\r\n{}`);
    await expect.poll(answeredNow, PATIENCE).toBeGreaterThanOrEqual(50);
    const body = line('x');
    const { socket, heard } = await open();
    socket.write(
      `POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await expect.poll(heard, PATIENCE).toMatch(/^HTTP\/1\.1 202/);
    expect(answeredNow()).toBeLessThan(MANY);
  });

  it.each([
    ['a long body', 'Content-Length: 10000000\r\n\r\n', 'x'.repeat(2_000_000)],
    ['a body byte by byte', 'Transfer-Encoding: chunked\r\n\r\n', '1\r\nx\r\n'.repeat(5000)],
  ])('loses the connection on which it sends %s meanwhile: nobody counts what that takes', async (_what, head, body) => {
    await refuseMany(`${REFUSED}Content-Length: 2\r\n\r\n{}`);
    await expect.poll(answeredNow, PATIENCE).toBeGreaterThanOrEqual(50);
    const { socket } = await open();
    const closed = new Promise((resolve) => void socket.once('close', resolve));
    socket.write(`${REFUSED}${head}${body}`);
    await closed;
    expect(ingest.counters.refusedConnections.refusals).toBe(1);
  });

  it('takes no room while its answers wait', async () => {
    await refuseMany(
      `POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nContent-Length: 1000\r\n\r\n${' '.repeat(1000)}`,
    );
    await expect.poll(answeredNow, PATIENCE).toBeGreaterThanOrEqual(50);
    await expect.poll(() => ingest.gate.inFlightBytes, PATIENCE).toBe(0);
    expect(answeredNow()).toBeLessThan(MANY);
  });
});

/** Connections on which an answer came. */
function answeredNow(): number {
  return sockets.filter(({ bytesRead }) => bytesRead > 0).length;
}
