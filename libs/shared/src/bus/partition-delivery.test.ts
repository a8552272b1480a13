import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openLog, readAll, records, scratchDir } from './embedded/scratch-log.fixture.ts';
import type { Batch, ConsumerHandlers } from './port.ts';
import { retryDelay } from './retry-delay.ts';
import { Turns } from './turns.ts';

const FIRST = { topic: 't', partition: 0 };
const OPTIONS = { group: 'g', topics: ['t'], maxBatchRecords: 1, maxBatchBytes: 10_000 };
const QUIET: ConsumerHandlers = { assigned: async () => {}, batch: async () => {}, revoked: async () => {}, failed: () => {} };

async function logWithTopic() {
  const log = openLog({ dir: scratchDir() });
  await log.ensureTopics([{ name: 't', partitions: 2, retentionMs: 0, retentionBytes: 0 }]);
  return log;
}

describe('a consumer that closes', () => {
  it('is not held up by the pause before a redelivery, nor is the end of its process', async () => {
    const log = openLog({ dir: scratchDir(), retryDelayMs: { first: 1 << 30, last: 1 << 30 } });
    await log.ensureTopics([{ name: 't', partitions: 1, retentionMs: 0, retentionBytes: 0 }]);
    await log.producer().send('t', records(1));
    const timers = () => process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
    const before = timers();
    const failed = Promise.withResolvers<unknown>();
    const broken = new Error('disk full');
    const consumer = await log.consume(OPTIONS, { ...QUIET, batch: () => Promise.reject(broken), failed: failed.resolve });
    expect(await failed.promise).toBe(broken);
    await consumer.close();
    expect(timers()).toBe(before);
  });
});

describe('a consumer that pauses', () => {
  it('gets no batch even if the next one was about to be read', async () => {
    const log = await logWithTopic();
    await log.producer().send('t', records(3));
    const offsets: number[] = [];
    const paused = Promise.withResolvers<void>();
    await log.consume(OPTIONS, {
      ...QUIET,
      batch: async (batch, consumer) => {
        offsets.push(batch.records[0]!.offset);
        // Runs when the delivery already waits for its turn to read.
        setImmediate(() => {
          consumer.pause(FIRST);
          paused.resolve();
        });
      },
    });
    await paused.promise;
    await readAll(log, FIRST);
    for (let turn = 0; turn < 10; turn++) await nextTurn();
    expect(offsets).toEqual([0]);
  });
});

describe('a handler that seeks and rejects', () => {
  it('goes on where it sought to: that is how it gets past a record it cannot take', async () => {
    const log = await logWithTopic();
    await log.producer().send('t', records(3));
    const offsets: number[] = [];
    const last = Promise.withResolvers<void>();
    await log.consume(OPTIONS, {
      ...QUIET,
      batch: async (batch, consumer) => {
        const { offset } = batch.records[0]!;
        offsets.push(offset);
        if (offset === 2) last.resolve();
        if (offset > 0) return;
        consumer.seek(FIRST, 2);
        throw new Error('poison');
      },
    });
    await last.promise;
    expect(offsets).toEqual([0, 2]);
  });
});

describe('a seek', () => {
  it('to before the beginning of a partition never brings records of another one', async () => {
    const log = await logWithTopic();
    await log.producer().send('t', [...records(3), { key: null, value: Buffer.from('of 1'), partition: 1 }]);
    const delivered = Promise.withResolvers<Batch>();
    await log.consume(OPTIONS, {
      ...QUIET,
      assigned: async (_, consumer) => consumer.seek({ topic: 't', partition: 1 }, -(2 ** 43)),
      batch: async (batch) => {
        if (batch.partition === 1) delivered.resolve(batch);
      },
    });
    const { records: found } = await delivered.promise;
    expect(found.map(({ offset, value }) => [offset, Buffer.from(value).toString()])).toEqual([[0, 'of 1']]);
  });
});

describe('the pause before a redelivery', () => {
  it('doubles from the first to the last', () => {
    const pauses = [1, 2, 3, 6, 7, 8, 2000].map((failures) => retryDelay({ first: 100, last: 5000 }, failures));
    expect(pauses).toEqual([100, 200, 400, 3200, 5000, 5000, 5000]);
  });
});

describe('turns', () => {
  it('are given one at a time, so that other work of the event loop comes between two batches', async () => {
    const turns = new Turns();
    const order: string[] = [];
    const batches = ['a', 'b', 'c'].map((name) => turns.next().then(() => order.push(name)));
    const others = new Promise<void>((resolve) => {
      setImmediate(() => {
        order.push('send');
        setImmediate(() => resolve(void order.push('send')));
      });
    });
    await Promise.all([...batches, others]);
    expect(order).toEqual(['a', 'send', 'b', 'send', 'c']);
  });
});
