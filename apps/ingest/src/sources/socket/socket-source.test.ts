import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { frame, frames } from './frames.fixture.ts';
import { hasEnded, SocketIngest } from './socket-ingest.fixture.ts';

let ingest: SocketIngest;

async function start(environment: Record<string, string> = {}): Promise<SocketIngest> {
  ingest = await SocketIngest.start(environment);
  return ingest;
}

afterEach(() => ingest.close());

describe("a node's socket", () => {
  it('takes a session from its first line to its end, numbered, under the name of this node', async () => {
    const { counters } = await start();
    const socket = await ingest.connect();
    socket.write(frames.open('s', 1, { clientAddress: '192.0.2.1' }));
    socket.write(Buffer.concat([frames.message('one'), frames.message(Buffer.from([0, 0xff])), frames.criterion()]));
    socket.end(frames.close());
    const batches = await ingest.when('s', hasEnded);
    expect(batches).toMatchObject([
      { node: 'ftp-1', open: true, firstSeq: 1, messageCount: 2, context: { clientAddress: '192.0.2.1' }, criterion: { seq: 3 } },
      { end: { reason: 'quit' } },
    ]);
    expect(ingest.linesOf('s')[0]).toBe('one');
    expect(counters.socket).toMatchObject({ connections: 1, messages: 2, untimelyDeaths: 0, damaged: 0 });
  });

  it('files the death of a process whose connection ends without a word', async () => {
    await start();
    const socket = await ingest.connect();
    socket.write(Buffer.concat([frames.open('s'), frames.message('the last line')]));
    socket.write(frames.message('and one that its death cut off').subarray(0, 20));
    socket.end();
    const batches = await ingest.when('s', hasEnded);
    expect(batches.find(({ criterion }) => criterion)).toMatchObject({
      messageCount: 1,
      criterion: { name: 'UntimelyDeath', seq: 2 },
    });
    expect(batches.at(-1)).toMatchObject({ end: { reason: 'killed' } });
    expect(ingest.counters.socket).toMatchObject({ untimelyDeaths: 1, framesCutOff: 1 });
  });

  it('closes a connection that can not be read, not its session, and no other one', async () => {
    await start();
    const [damaged, other] = [await ingest.connect(), await ingest.connect()];
    other.write(Buffer.concat([frames.open('other'), frames.message('before')]));
    damaged.write(Buffer.concat([frames.open('s'), frames.message('one'), Buffer.alloc(100, 0x41)]));
    await once(damaged, 'close');
    const again = await ingest.connect();
    again.end(Buffer.concat([frames.open('s', 2), frames.message('two'), frames.close()]));
    await ingest.when('s', hasEnded);
    other.end(Buffer.concat([frames.message('behind'), frames.close()]));
    await ingest.when('other', hasEnded);
    expect([ingest.linesOf('s'), ingest.linesOf('other')]).toEqual([
      ['one', 'two'],
      ['before', 'behind'],
    ]);
    expect(ingest.batchesOf('s').every(({ criterion }) => criterion === undefined)).toBe(true);
    expect(ingest.counters.socket).toMatchObject({ damaged: 1, untimelyDeaths: 0 });
    expect(ingest.warnings).toEqual([expect.stringContaining('FF_BAD_FRAME: a payload of')]);
  });

  it('closes one connection more than there may be, and counts it', async () => {
    await start({ FF_SOCKET_CONNECTIONS: '1' });
    const [first, second] = [await ingest.connect(), await ingest.connect()];
    await once(second.resume(), 'close');
    expect(ingest.counters.socket).toMatchObject({ connections: 1, refused: 1 });
    first.end(Buffer.concat([frames.open('s'), frames.close()]));
    await ingest.when('s', hasEnded);
    const third = Buffer.concat([frames.open('t'), frames.close()]);
    await vi.waitUntil(async () => {
      (await ingest.connect()).end(third);
      return hasEnded(ingest.batchesOf('t'));
    });
  });

  it('passes over what a later version says', async () => {
    await start();
    const socket = await ingest.connect();
    socket.end(Buffer.concat([frames.open('s'), frame(9, Buffer.from('?')), frames.message('one'), frames.close()]));
    await ingest.when('s', hasEnded);
    expect([ingest.linesOf('s'), ingest.counters.socket.framesUnknown]).toEqual([['one'], 1]);
  });

  it('that is closed says nothing of its sessions, publishes what it had read, and leaves no file', async () => {
    await start();
    const socket = await ingest.connect();
    socket.write(Buffer.concat([frames.open('s'), frames.message('one')]));
    await vi.waitUntil(() => ingest.counters.socket.messages === 1);
    await ingest.source.close();
    expect(existsSync(ingest.path)).toBe(false);
    await ingest.when('s', ({ length }) => length > 0);
    expect(ingest.batchesOf('s')).toMatchObject([{ messageCount: 1 }]);
    expect(ingest.batchesOf('s').some(({ end, criterion }) => end || criterion)).toBe(false);
    expect(ingest.counters.socket.untimelyDeaths).toBe(0);
  });

  it('that is closed reads what sessions have left behind that are over: nobody sends it again', async () => {
    await start();
    const names = Array.from({ length: 200 }, (_, index) => `s${index}`);
    for (const name of names) connect(ingest.path).end(Buffer.concat([frames.open(name), frames.criterion(), frames.close()]));
    // It has not accepted one of them yet.
    await ingest.source.close();
    for (const name of names) await ingest.when(name, hasEnded);
    expect(ingest.log.batches.filter(({ criterion }) => criterion?.name === 'FailedLogin')).toHaveLength(names.length);
  });

  it('lets nobody else speak for a session while its connection lasts: its messages would be taken for repeats', async () => {
    await start();
    const [victim, attacker] = [await ingest.connect(), await ingest.connect()];
    victim.write(Buffer.concat([frames.open('s'), frames.message('one')]));
    await vi.waitUntil(() => ingest.counters.socket.messages === 1);
    attacker.write(Buffer.concat([frames.open('s', 1_000_000), frames.message('planted')]));
    await once(attacker.resume(), 'close');
    victim.end(Buffer.concat([frames.message('two'), frames.criterion(), frames.close()]));
    await ingest.when('s', hasEnded);
    expect(ingest.linesOf('s')).toEqual(['one', 'two']);
    expect(ingest.warnings).toEqual([expect.stringContaining('for which another connection speaks')]);
    const again = await ingest.connect();
    again.end(Buffer.concat([frames.open('s', 4), frames.message('three'), frames.close()]));
    await vi.waitUntil(() => ingest.linesOf('s').includes('three'));
  });

  it('is not disturbed by who connects and says nothing', async () => {
    await start();
    const socket = await ingest.connect();
    socket.end();
    await once(socket.resume(), 'close');
    expect(ingest.counters.socket).toMatchObject({ damaged: 0, untimelyDeaths: 0 });
  });

  it('packs what comes at once into records of fifty lines, in order', async () => {
    await start();
    const socket = await ingest.connect();
    const texts = Array.from({ length: 120 }, (_, index) => `line ${index + 1}`);
    socket.end(Buffer.concat([frames.open('s'), ...texts.map((text) => frames.message(text)), frames.close()]));
    const batches = await ingest.when('s', hasEnded);
    expect(ingest.linesOf('s')).toEqual(texts);
    expect(batches.filter(({ messageCount }) => messageCount > 0).map(({ firstSeq }) => firstSeq)).toEqual([1, 51, 101]);
  });
});
