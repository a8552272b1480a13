import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { frames } from './frames.fixture.ts';
import { hasEnded, SocketIngest } from './socket-ingest.fixture.ts';

let ingest: SocketIngest;

beforeEach(async () => {
  ingest = await SocketIngest.start();
});

afterEach(() => ingest.close());

async function say(...said: readonly Buffer[]): Promise<Socket> {
  const socket = await ingest.connect();
  socket.write(Buffer.concat(said));
  return socket;
}

describe('a session that has a connection', () => {
  it.each([1_000_000, 2 ** 52])('is not muted by a second one that names it and number %d', async (nextSeq) => {
    const victim = await say(frames.open('s'), frames.message('one'));
    await vi.waitUntil(() => ingest.counters.socket.messages === 1);
    const other = await say(frames.open('s', nextSeq), frames.message('planted'));
    await once(other.resume(), 'close');
    victim.end(Buffer.concat([frames.message('two'), frames.criterion(), frames.close()]));
    const batches = await ingest.when('s', hasEnded);
    expect(ingest.linesOf('s')).toEqual(['one', 'two']);
    expect(batches.find(({ criterion }) => criterion)?.criterion).toMatchObject({ name: 'FailedLogin', seq: 3 });
    expect(ingest.counters.socket).toMatchObject({ sessionsTaken: 1, damaged: 0, untimelyDeaths: 0 });
    expect(ingest.warnings).toEqual([expect.stringContaining('FF_SESSION_TAKEN: an OPEN of "s"')]);
  });

  it('may have another one as soon as ingest has closed the first, or the first has ended', async () => {
    const damaged = await say(frames.open('s'), Buffer.alloc(100, 0x41));
    await once(damaged.resume(), 'close');
    const second = await say(frames.open('s', 2), frames.message('two'));
    await vi.waitUntil(() => ingest.counters.socket.messages === 1);
    second.destroy();
    await say(frames.open('s', 4), frames.message('four'));
    await vi.waitUntil(() => ingest.counters.socket.messages === 2);
    expect(ingest.counters.socket).toMatchObject({ sessionsTaken: 0, untimelyDeaths: 1 });
  });
});

describe('a connection that is closed', () => {
  it('has its reason told though others are closed for another one', async () => {
    const [garbage, record] = [Buffer.alloc(100, 0x41), frames.open('s')];
    await say(frames.open('s'));
    await vi.waitUntil(() => ingest.counters.socket.connections === 1);
    for (const said of [garbage, garbage, record, record]) await once((await say(said)).resume(), 'close');
    expect(ingest.warnings).toEqual([expect.stringContaining('FF_BAD_FRAME'), expect.stringContaining('FF_SESSION_TAKEN')]);
    expect(ingest.counters.socket).toMatchObject({ damaged: 2, sessionsTaken: 2 });
  });

  it('shows the operator no byte that a terminal obeys', async () => {
    await say(frames.open('a\u009b31m\u202eb'));
    await vi.waitUntil(() => ingest.counters.socket.connections === 1);
    await once((await say(frames.open('a\u009b31m\u202eb'))).resume(), 'close');
    expect(ingest.warnings).toEqual([expect.stringContaining('"a\\u009b31m\\u202eb"')]);
  });
});
