import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { UNAVAILABLE } from '../http/ingest-app.fixture.ts';
import { frames } from './frames.fixture.ts';
import { MAX_CONNECTION_BYTES } from '../reading/read-room.ts';
import { hasEnded, SocketIngest } from './socket-ingest.fixture.ts';

/** Of one read. */
const CHUNK_BYTES = 65_536;
const MIB = 1024 * 1024;

let ingest: SocketIngest;

afterEach(() => ingest.close());

/** A session's lines, over and over until the socket takes no more, and the rest when it does again. */
class Flood {
  readonly #socket: Socket;
  readonly #lines: Buffer;
  readonly lineCount: number;
  #written: Promise<void> = Promise.resolve();

  private constructor(socket: Socket, session: string, lineCount: number) {
    this.#socket = socket;
    this.lineCount = lineCount;
    this.#lines = Buffer.concat(
      Array.from({ length: lineCount }, (_, index) => frames.message(`${session} ${index} ${'x'.repeat(1000)}`)),
    );
    socket.write(frames.open(session));
  }

  static async start(session: string, lineCount: number): Promise<Flood> {
    const flood = new Flood(await ingest.connect(), session, lineCount);
    flood.#written = new Promise((resolve) => {
      flood.#socket.write(flood.#lines, () => resolve());
    });
    return flood;
  }

  /** Settles when ingest's side has taken all of it. */
  async end(): Promise<void> {
    await this.#written;
    this.#socket.end(frames.close());
  }
}

/** Resolves when reading has come to this bound and the event loop has looked at the sockets often enough to go beyond it. */
async function untilFull(byteLength: number): Promise<void> {
  await vi.waitUntil(() => ingest.source.inFlightBytes >= byteLength, { timeout: 20_000 });
  for (let turn = 0; turn < 2000; turn++) await nextTurn();
}

describe('a log that takes nothing', () => {
  it('stops the reading of a connection before it takes memory, and nothing is lost when the log is back', async () => {
    ingest = await SocketIngest.start();
    ingest.log.hold();
    const flood = await Flood.start('s', 4000);
    await untilFull(MAX_CONNECTION_BYTES);
    expect(ingest.source.inFlightBytes).toBeLessThanOrEqual(MAX_CONNECTION_BYTES + CHUNK_BYTES);
    ingest.log.release();
    await flood.end();
    await ingest.when('s', hasEnded);
    const batches = ingest.batchesOf('s');
    expect(batches.reduce((sum, { messageCount }) => sum + messageCount, 0)).toBe(flood.lineCount);
    expect(ingest.source.inFlightBytes).toBe(0);
  });

  it('stops the reading of all connections together at their bound', async () => {
    ingest = await SocketIngest.start({ FF_SOCKET_INFLIGHT_BYTES: String(2 * MIB) });
    ingest.log.hold();
    const sessions = Array.from({ length: 40 }, (_, index) => `s${index}`);
    const floods = await Promise.all(sessions.map((session) => Flood.start(session, 300)));
    await untilFull(2 * MIB);
    expect(ingest.source.inFlightBytes).toBeLessThanOrEqual(2 * MIB + CHUNK_BYTES);
    ingest.log.release();
    await Promise.all(floods.map((flood) => flood.end()));
    for (const session of sessions) await ingest.when(session, hasEnded);
    expect(ingest.counters.socket).toMatchObject({ messages: 40 * 300, lost: 0, untimelyDeaths: 0 });
  });
});

describe('a log that refuses records', () => {
  it('loses them, counted, and the connection goes on with a gap and its context', async () => {
    ingest = await SocketIngest.start({ FF_INGEST_BATCH_MS: '1000' });
    ingest.log.failure = UNAVAILABLE;
    const socket = await ingest.connect();
    socket.write(Buffer.concat([frames.open('s', 1, { user: 'tj' }), frames.message('1')]));
    // Two reads, one record.
    await vi.waitUntil(() => ingest.counters.socket.messages === 1);
    socket.write(Buffer.concat([frames.message('2'), frames.criterion()]));
    await vi.waitUntil(() => ingest.counters.socket.lost > 0);
    ingest.log.failure = null;
    socket.end(Buffer.concat([frames.message('4'), frames.close()]));
    const batches = await ingest.when('s', hasEnded);
    expect(ingest.counters.socket.lost).toBe(3);
    expect(batches[0]).toMatchObject({ firstSeq: 4, context: { user: 'tj' }, policy: { version: 1 } });
    expect(ingest.warnings).toEqual([expect.stringContaining('lost')]);
    expect(ingest.counters.socket.untimelyDeaths).toBe(0);
  });
});
