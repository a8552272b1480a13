import { describe, expect, it } from 'vitest';
import type { Assignment, ConsumerHandlers, Ownership } from '../port.ts';
import { openLog, records, scratchDir } from './scratch-log.fixture.ts';

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
