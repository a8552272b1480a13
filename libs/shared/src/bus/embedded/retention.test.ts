import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { RECORD_OVERHEAD_BYTES } from './log-rows.ts';
import { openLog, readAll, records, scratchDir } from './scratch-log.fixture.ts';

const FIRST = { topic: 't', partition: 0 };
const SPEC = { name: 't', partitions: 2, retentionMs: 0, retentionBytes: 0 };
const SIZE = 100 + RECORD_OVERHEAD_BYTES;
const PATIENCE = { timeout: 20_000 };

function logWithClock(dir = scratchDir()) {
  const clock = { nowMs: 1_000_000 };
  const log = openLog({ dir, now: () => clock.nowMs, retentionIntervalMs: 1 });
  const begin = async () => (await log.offsets(FIRST)).begin;
  return { log, clock, begin };
}

describe('retention', () => {
  it('deletes what is older than the topic keeps, and nothing younger', async () => {
    const { log, clock, begin } = logWithClock();
    await log.ensureTopics([{ ...SPEC, retentionMs: 1000 }]);
    const producer = log.producer();
    await producer.send('t', records(3));
    clock.nowMs += 600;
    await producer.send('t', records(2));
    clock.nowMs += 401;
    await expect.poll(begin, PATIENCE).toBe(3);
    expect((await readAll(log, FIRST)).map(({ offset }) => offset)).toEqual([3, 4]);
  });

  it('deletes the oldest of a partition that takes more bytes than the topic gives each', async () => {
    const { log, begin } = logWithClock();
    await log.ensureTopics([{ ...SPEC, retentionBytes: 4 * SIZE }]);
    await log.producer().send('t', records(4));
    await log.producer().send('t', [{ ...records(1)[0]!, partition: 1 }]);
    await log.producer().send('t', records(6));
    await expect.poll(begin, PATIENCE).toBe(6);
    expect(await log.offsets({ topic: 't', partition: 1 })).toEqual({ begin: 0, end: 1 });
  });

  it('gets to the bound in one run of many small steps, so that it keeps up with what comes in', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { log, begin } = logWithClock();
    await log.ensureTopics([{ ...SPEC, retentionBytes: 7 * SIZE }]);
    await log.producer().send('t', records(2000));
    vi.advanceTimersToNextTimer();
    while ((await begin()) < 1993) await nextTurn();
    expect(await log.offsets(FIRST)).toEqual({ begin: 1993, end: 2000 });
  });

  it('counts on behind records that are all gone, also after the log was reopened', async () => {
    const dir = scratchDir();
    const { log, clock, begin } = logWithClock(dir);
    await log.ensureTopics([{ ...SPEC, retentionMs: 1000 }]);
    await log.producer().send('t', records(5));
    clock.nowMs += 1001;
    await expect.poll(begin, PATIENCE).toBe(5);
    await log.close();
    const reopened = openLog({ dir, now: () => 0 });
    await reopened.producer().send('t', records(1));
    const [record] = await readAll(reopened, FIRST);
    expect(record).toMatchObject({ offset: 5, timeMs: 1_000_000 });
    expect(await reopened.offsets(FIRST)).toEqual({ begin: 5, end: 6 });
  });

  it('gives a topic that is there the retention of its new spec', async () => {
    const { log, begin } = logWithClock();
    await log.ensureTopics([SPEC]);
    await log.producer().send('t', records(10));
    await log.ensureTopics([{ ...SPEC, retentionBytes: 2 * SIZE }]);
    await expect.poll(begin, PATIENCE).toBe(8);
  });

  it('has a reader that was left behind go on at the oldest record', async () => {
    const { log, clock, begin } = logWithClock();
    await log.ensureTopics([{ ...SPEC, retentionMs: 1000 }]);
    await log.producer().send('t', records(5));
    const offsets: number[] = [];
    const caughtUp = Promise.withResolvers<void>();
    const assigned = Promise.withResolvers<void>();
    const options = { group: 'g', topics: ['t'], maxBatchRecords: 10, maxBatchBytes: 1000 };
    const consumer = await log.consume(options, {
      assigned: async (_, joined) => {
        joined.pause(FIRST);
        assigned.resolve();
      },
      batch: async (batch) => {
        offsets.push(...batch.records.map(({ offset }) => offset));
        if (offsets.at(-1) === 6) caughtUp.resolve();
      },
      revoked: async () => {},
      failed: caughtUp.reject,
    });
    await assigned.promise;
    clock.nowMs += 1001;
    await log.producer().send('t', records(2));
    await expect.poll(begin, PATIENCE).toBe(5);
    consumer.resume(FIRST);
    await caughtUp.promise;
    expect(offsets).toEqual([5, 6]);
  });
});
