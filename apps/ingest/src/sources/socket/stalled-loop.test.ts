import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { frames } from './frames.fixture.ts';
import { SocketIngest } from './socket-ingest.fixture.ts';

/** Longer than a connection may wait with its OPEN. */
const STALL_MS = 5500;

let ingest: SocketIngest;

afterEach(() => ingest.close());

describe('an event loop that had no turn for a while', () => {
  it('does not take a connection for silent whose OPEN it has not read', async () => {
    ingest = await SocketIngest.start();
    const socket = await ingest.connect();
    await vi.waitUntil(() => ingest.counters.socket.connections === 1);
    socket.write(Buffer.concat([frames.open('s'), frames.message('one')]));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STALL_MS);
    const closed = once(socket.resume(), 'close');
    await Promise.race([vi.waitUntil(() => ingest.counters.socket.messages === 1, { timeout: 20_000 }), closed]);
    expect(ingest.counters.socket).toMatchObject({ messages: 1, silent: 0 });
  });
});
