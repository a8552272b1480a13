import { describe, expect, it } from 'vitest';
import { Lane, MAX_BATCH_BYTES, MAX_BATCH_RECORDS, type PendingSend } from './lane.ts';

function send(): PendingSend {
  return { bytes: 0, giveUpAtMs: 0, left: 0, isSettled: false, resolve: () => {}, reject: () => {} };
}

function records(count: number, bytes: number) {
  return Array.from({ length: count }, () => ({ key: null, value: Buffer.alloc(bytes) }));
}

/** Sizes of all batches of a lane, and of their portions. */
function cuts(lane: Lane): number[][] {
  const sizes: number[][] = [];
  for (let batch = lane.cut(); batch; batch = lane.cut()) {
    expect(batch.portions.reduce((sum, { count }) => sum + count, 0)).toBe(batch.records.length);
    sizes.push(batch.portions.map(({ count }) => count));
  }
  return sizes;
}

describe('a lane', () => {
  it('merges the sends that wait into one batch, and splits those that are too large for one', () => {
    const lane = new Lane('t', 0);
    lane.push(send(), records(2, 10));
    lane.push(send(), records(MAX_BATCH_RECORDS, 10));
    expect(cuts(lane)).toEqual([[2, MAX_BATCH_RECORDS - 2], [2]]);
    expect(lane.isEmpty).toBe(true);
  });

  it('keeps batches below what a broker takes, but for a record that is larger alone', () => {
    const lane = new Lane('t', 0);
    lane.push(send(), [...records(3, MAX_BATCH_BYTES / 2), ...records(1, MAX_BATCH_BYTES + 1), ...records(1, 1)]);
    expect(cuts(lane)).toEqual([[2], [1], [1], [1]]);
  });

  it('sends nothing more for a caller that was told that it failed', () => {
    const lane = new Lane('t', 0);
    const givenUp = send();
    lane.push(givenUp, records(MAX_BATCH_RECORDS + 5, 1));
    lane.push(send(), records(1, 1));
    expect(lane.cut()?.records).toHaveLength(MAX_BATCH_RECORDS);
    givenUp.isSettled = true;
    expect(cuts(lane)).toEqual([[1]]);
  });
});
