import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PartitionDelivery, type RecordSource } from './partition-delivery.ts';
import { RETRY_DELAY_MS } from './retry-delay.ts';
import { Turns } from './turns.ts';

const RECORD = { offset: 0, timeMs: 0, key: null, value: new Uint8Array(1) };
const SOURCE: RecordSource = {
  has: (position) => position === 0,
  read: () => ({ records: [RECORD], next: 1, end: 1 }),
  seek: () => {},
  done: () => {},
  watch: () => () => {},
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await nextTurn();
}

it('what waits for a disk is tried again within 4 s of each failure, however long that lasts: it goes on within 5 s of its end', async () => {
  let attempts = 0;
  let isFull = true;
  const delivery = new PartitionDelivery(SOURCE, { topic: 't', partition: 0, epoch: 1 }, 0, {
    maxBatchRecords: 1,
    maxBatchBytes: 1,
    retryDelayMs: RETRY_DELAY_MS,
    turns: new Turns(),
    batch: async () => {
      attempts += 1;
      if (isFull) throw new Error('ENOSPC');
    },
    failed: () => {},
  });
  delivery.start();
  await settled();
  for (let failures = 1; failures <= 50; failures++) {
    expect(attempts).toBe(failures);
    vi.advanceTimersByTime(4000);
    await settled();
  }
  isFull = false;
  vi.advanceTimersByTime(4000);
  await settled();
  expect([attempts, vi.getTimerCount()]).toEqual([52, 0]);
  await delivery.stop();
});
