import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { frames } from './frames.fixture.ts';
import { SocketIngest } from './socket-ingest.fixture.ts';

let ingest: SocketIngest;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
  ingest = await SocketIngest.start({ FF_INGEST_BATCH_MS: '1000' });
});

afterEach(async () => {
  await ingest.close();
  vi.useRealTimers();
});

/** Without a timer, however long it takes. */
async function turnsUntil(isThere: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000_000 && !isThere(); turn++) await nextTurn();
  expect(isThere()).toBe(true);
}

describe('a connection that says no OPEN', () => {
  it('gives its place to others after five seconds, one that has said it does not', async () => {
    const [silent, halfSaid, open] = [await ingest.connect(), await ingest.connect(), await ingest.connect()];
    halfSaid.write(frames.open('half').subarray(0, 14));
    open.write(Buffer.concat([frames.open('s'), frames.message('one')]));
    await turnsUntil(() => ingest.counters.socket.messages === 1);
    vi.advanceTimersByTime(5000);
    expect(ingest.counters.socket.silent).toBe(0);
    const closed = Promise.all([once(silent.resume(), 'close'), once(halfSaid.resume(), 'close')]);
    vi.advanceTimersByTime(1000);
    await closed;
    expect(ingest.counters.socket).toMatchObject({ silent: 2, damaged: 0, untimelyDeaths: 0 });
    expect(ingest.warnings).toEqual([expect.stringContaining('FF_NO_OPEN: no OPEN within 5 s')]);
    open.write(frames.message('two'));
    await turnsUntil(() => ingest.counters.socket.messages === 2);
  });
});

describe('the death of a session', () => {
  it('is handed to the log before any timer has run', async () => {
    const socket = await ingest.connect();
    socket.write(Buffer.concat([frames.open('s'), frames.message('one')]));
    await turnsUntil(() => ingest.counters.socket.messages === 1);
    socket.destroy();
    await turnsUntil(() => ingest.batchesOf('s').some(({ criterion }) => criterion?.name === 'UntimelyDeath'));
    expect(vi.getTimerCount()).toBeGreaterThan(0);
  });
});
