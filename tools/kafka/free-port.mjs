import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below Linux's range for outgoing connections (32768 and up): a client that keeps trying to reach a broker which is down would
 * else be given the broker's own port as its source some day, connect to itself, and keep the broker from coming back.
 */
const FIRST = 12_000;
const LAST = 32_000;
const TRIES = 100;

/**
 * A TCP port of 127.0.0.1 that nobody listens on now.
 * @returns {Promise<number>}
 */
export async function freePort() {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(FIRST, LAST);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port found on 127.0.0.1 in ${TRIES} tries from ${FIRST} to ${LAST}`);
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
