import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below Linux's range for outgoing connections (32768 and up): a client that keeps trying to reach a broker which is down would
 * else be given the broker's own port as its source some day, connect to itself, and keep the broker from coming back.
 */
const FIRST = 12_000;
const LAST = 31_999;
const TRIES = 100;

/**
 * A TCP port of 127.0.0.1 that nobody listens on now, and that no other process is given while this one lives: a broker that is
 * down for a while finds its own port free when it starts again.
 * @param {number} [first]
 * @param {number} [last]
 * @returns {Promise<number>}
 */
export async function freePort(first = FIRST, last = LAST) {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(first, last + 1);
    if ((await claim(port)) && (await isFree(port))) return port;
  }
  throw new Error(`no free port found on 127.0.0.1 in ${TRIES} tries from ${first} to ${last}`);
}

/** Holds a socket of the port's name until this process ends, however it ends; only where that needs no file (Linux). */
function claim(port) {
  if (process.platform !== 'linux') return true;
  return new Promise((resolve) => {
    const socket = createServer();
    socket.once('error', () => resolve(false));
    socket.listen(`\0fleet-forensics/port/${port}`, () => resolve(true)).unref();
  });
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
