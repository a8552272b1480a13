import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageListReader } from '@fleet-forensics/shared/wire/message-list';
import { messageList } from './log.fixture.ts';
import { Ring } from './ring.ts';

const AMPLE_BYTES = 2 ** 30;

function textsOf(ring: Ring): string[] {
  const { messages, skip, count } = ring.flush();
  const reader = new MessageListReader(messages);
  const lines: string[] = [];
  while (reader.next())
    lines.push(messages.toString('latin1', reader.textStart, reader.textEnd).replace(/^line (\d+);.*$/, '$1'));
  expect(lines.length - skip).toBe(count);
  return lines.slice(skip);
}

function fill(ring: Ring, chunkSizes: readonly number[]): { total: number; evicted: number } {
  let total = 0;
  let evicted = 0;
  for (const size of chunkSizes) {
    const lines = Array.from({ length: size }, (_, index) => `line ${total + index};`);
    evicted += ring.push(messageList(lines), size);
    total += size;
  }
  return { total, evicted };
}

function newest(count: number, total: number): string[] {
  return Array.from({ length: Math.min(count, total) }, (_, index) => String(Math.max(0, total - count) + index));
}

describe('a ring', () => {
  it.each([1, 2, 16, 1024])('of %i keeps exactly the newest, whatever the chunking, and counts the others', (capacity) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 40 }), (chunkSizes) => {
        const ring = new Ring(capacity, AMPLE_BYTES);
        const { total, evicted } = fill(ring, chunkSizes);
        expect(ring.count).toBe(Math.min(capacity, total));
        expect(evicted).toBe(total - ring.count);
        expect(textsOf(ring)).toEqual(newest(capacity, total));
      }),
      { numRuns: 60 },
    );
  });

  it('is empty after a flush and starts anew', () => {
    const ring = new Ring(3, AMPLE_BYTES);
    fill(ring, [2, 2]);
    ring.flush();
    expect([ring.count, ring.byteLength]).toEqual([0, 0]);
    fill(ring, [1]);
    expect(textsOf(ring)).toEqual(['0']);
  });

  it('holds no more than a chunk over what it needs, also when lines come one at a time for ever', () => {
    const ring = new Ring(16, AMPLE_BYTES);
    fill(
      ring,
      Array.from({ length: 5000 }, () => 1),
    );
    expect(ring.byteLength).toBeLessThan(16 * 40 + 2 * 4096);
    expect(textsOf(ring)).toEqual(newest(16, 5000));
  });

  it('drops its oldest chunks over its bytes, but never its newest record', () => {
    const ring = new Ring(1000, 10_000);
    const big = messageList([Buffer.alloc(9000, 0x61)]);
    expect(ring.push(big, 1)).toBe(0);
    expect(ring.push(big, 1)).toBe(1);
    expect(ring.count).toBe(1);
    const huge = messageList([Buffer.alloc(30_000, 0x62)]);
    expect(ring.push(huge, 1)).toBe(1);
    expect(ring.flush()).toMatchObject({ count: 1, skip: 0 });
  });

  it('that shrinks evicts at once, and one that grows again does not bring them back', () => {
    const ring = new Ring(10, AMPLE_BYTES);
    fill(ring, [10]);
    expect(ring.resize(4, AMPLE_BYTES)).toBe(6);
    expect(ring.resize(10, AMPLE_BYTES)).toBe(0);
    expect(textsOf(ring)).toEqual(['6', '7', '8', '9']);
  });

  it('keeps its own copy of what it was given', () => {
    const ring = new Ring(10, AMPLE_BYTES);
    const fetchBuffer = Buffer.concat([Buffer.alloc(100_000), messageList(['line 0;'])]);
    ring.push(fetchBuffer.subarray(100_000), 1);
    fetchBuffer.fill(0);
    expect(textsOf(ring)).toEqual(['0']);
  });

  it('hands out what later pushes do not touch', () => {
    const ring = new Ring(10, AMPLE_BYTES);
    fill(ring, [3]);
    const { messages } = ring.flush();
    const copy = Buffer.from(messages);
    fill(ring, [3, 3]);
    expect(messages.equals(copy)).toBe(true);
  });
});
