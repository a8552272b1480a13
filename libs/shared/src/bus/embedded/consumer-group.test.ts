import { describe, expect, it } from 'vitest';
import type { Assignment, Batch, ConsumerHandlers, Ownership } from '../port.ts';
import { retryDelay } from './embedded-log-options.ts';
import { openLog, records, scratchDir } from './scratch-log.fixture.ts';
import { Turns } from './turns.ts';

const OPTIONS = { group: 'g', topics: ['t'], maxBatchRecords: 10, maxBatchBytes: 10_000 };
const QUIET: ConsumerHandlers = { assigned: async () => {}, batch: async () => {}, revoked: async () => {}, failed: () => {} };

async function logWithTopic() {
  const log = openLog({ dir: scratchDir() });
  await log.ensureTopics([{ name: 't', partitions: 2, retentionMs: 0, retentionBytes: 0 }]);
  return log;
}

describe('a consumer whose assigned rejects', () => {
  it('has its partitions taken back and is given them again: a replay that failed is tried again', async () => {
    const log = await logWithTopic();
    await log.producer().send('t', records(1));
    const assigned: number[] = [];
    const revoked: Ownership[] = [];
    const failures: unknown[] = [];
    const delivered = Promise.withResolvers<number>();
    await log.consume(OPTIONS, {
      assigned: async ([first]) => {
        assigned.push(first!.epoch);
        if (assigned.length < 3) throw new Error('replay failed');
      },
      batch: async ({ epoch }) => delivered.resolve(epoch),
      revoked: async (ownerships) => void revoked.push(...ownerships),
      failed: (error) => failures.push(error),
    });
    const epoch = await delivered.promise;
    expect(assigned).toHaveLength(3);
    expect(assigned).toEqual(assigned.toSorted((a, b) => a - b));
    expect(epoch).toBe(assigned[2]);
    expect(revoked).toHaveLength(4);
    expect(failures).toHaveLength(2);
  });
});

describe('a consumer that closes', () => {
  it('may do so before it was given anything, and twice', async () => {
    const log = await logWithTopic();
    const consumer = await log.consume(OPTIONS, QUIET);
    await Promise.all([consumer.close(), consumer.close()]);
    await log.close();
    await expect(log.consume(OPTIONS, QUIET)).rejects.toMatchObject({ code: 'FF_LOG_UNAVAILABLE' });
  });

  it('leaves the group though its revoked rejects, and says so', async () => {
    const log = await logWithTopic();
    const joined = Promise.withResolvers<void>();
    const failures: unknown[] = [];
    const broken = new Error('no checkpoint');
    const consumer = await log.consume(OPTIONS, {
      ...QUIET,
      assigned: async () => joined.resolve(),
      revoked: () => Promise.reject(broken),
      failed: (error) => failures.push(error),
    });
    await joined.promise;
    await consumer.close();
    expect(failures).toEqual([broken]);
  });

  it('does not wait for a pause before a redelivery', async () => {
    const log = openLog({ dir: scratchDir(), retryDelayMs: { first: 1 << 30, last: 1 << 30 } });
    await log.ensureTopics([{ name: 't', partitions: 1, retentionMs: 0, retentionBytes: 0 }]);
    await log.producer().send('t', records(1));
    const failed = Promise.withResolvers<unknown>();
    const broken = new Error('disk full');
    const consumer = await log.consume(OPTIONS, { ...QUIET, batch: () => Promise.reject(broken), failed: failed.resolve });
    expect(await failed.promise).toBe(broken);
    await consumer.close();
  });
});

describe('a commit', () => {
  it('that is not written yet when its partition moves is what the next owner starts from', async () => {
    const log = await logWithTopic();
    await log.producer().send('t', records(1));
    const [joined, moved] = [Promise.withResolvers<void>(), Promise.withResolvers<readonly Assignment[]>()];
    const written: Promise<void>[] = [];
    const commit = { offset: 1, metadata: 'in flight' };
    const leaving = await log.consume(OPTIONS, {
      ...QUIET,
      assigned: async () => joined.resolve(),
      revoked: async (ownerships, consumer) => {
        for (const ownership of ownerships.filter(({ partition }) => partition === 0))
          written.push(consumer.commit(ownership, commit));
      },
    });
    await joined.promise;
    await log.consume(OPTIONS, {
      ...QUIET,
      assigned: async (assignments) => {
        if (assignments.some(({ partition }) => partition === 0)) moved.resolve(assignments);
      },
    });
    await leaving.close();
    expect((await moved.promise).find(({ partition }) => partition === 0)?.committed).toEqual(commit);
    await Promise.all(written);
  });

  it.each([
    { offset: -1, metadata: '' },
    { offset: 2, metadata: '' },
    { offset: 0.5, metadata: '' },
    { offset: 0, metadata: 'ü'.repeat(2049) },
  ])('is refused if a group could not start from it or it is too large', async (commit) => {
    const log = await logWithTopic();
    await log.producer().send('t', records(1));
    const answer = Promise.withResolvers<void>();
    await log.consume(OPTIONS, {
      ...QUIET,
      batch: (batch, consumer) => consumer.commit(batch, commit).then(answer.resolve, answer.reject),
    });
    await expect(answer.promise).rejects.toMatchObject({ code: 'FF_BAD_COMMIT' });
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
