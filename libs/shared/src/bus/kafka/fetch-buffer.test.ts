import { describe, expect, it } from 'vitest';
import type { BusRecord } from '../port.ts';
import { FetchBuffer } from './fetch-buffer.ts';

const ID = { topic: 't', partition: 0 };
const KIB = 1024;

function record(offset: number): BusRecord {
  return { offset, timeMs: 0, key: null, value: Buffer.alloc(KIB) };
}

/** A buffer of 10 KiB at offset 0, and what it told the fetches. */
function opened() {
  const calls: string[] = [];
  const buffer = new FetchBuffer(ID, 0, 10 * KIB, {
    seek: (_, offset) => calls.push(`seek ${offset}`),
    pause: () => calls.push('pause'),
    resume: () => calls.push('resume'),
  });
  buffer.open();
  const push = (from: number, to: number) => {
    const records = Array.from({ length: to - from }, (_, i) => record(from + i));
    buffer.push(records, to, 100);
  };
  const read = (position: number, count: number) => buffer.read(position, count, Infinity).records.map(({ offset }) => offset);
  return { buffer, calls, push, read };
}

describe('a fetch buffer', () => {
  it('hands a slice over again until it is done: its handler may have rejected', () => {
    const { buffer, push, read } = opened();
    push(0, 4);
    expect(read(0, 2)).toEqual([0, 1]);
    expect(read(0, 2)).toEqual([0, 1]);
    buffer.done(2);
    expect(read(2, 5)).toEqual([2, 3]);
    buffer.done(4);
    expect(buffer.has(4)).toBe(false);
  });

  it('leaves out what a batch holds before the offset that was fetched', () => {
    const { buffer, push, read } = opened();
    buffer.seek(2);
    push(0, 4);
    expect(read(2, 9)).toEqual([2, 3]);
  });

  it('fetches anew only for a seek that leads out of it', () => {
    const { buffer, calls, push, read } = opened();
    push(0, 6);
    buffer.done(2);
    calls.length = 0;
    for (const within of [2, 5, 6]) buffer.seek(within);
    expect(calls).toEqual([]);
    expect(read(5, 9)).toEqual([5]);
    buffer.seek(1);
    expect(calls).toContain('seek 1');
    expect(buffer.next).toBe(1);
    expect(buffer.has(1)).toBe(false);
  });

  it('does not take what it dropped for what it holds', () => {
    const { buffer, calls, push, read } = opened();
    push(0, 6);
    expect(read(4, 1)).toEqual([4]);
    calls.length = 0;
    buffer.seek(3);
    expect(calls).toContain('seek 3');
  });

  it('waits for room when it is full, and goes on fetching when it has been emptied', async () => {
    const { buffer, calls, push } = opened();
    push(0, 10);
    expect(buffer.hasRoom).toBe(false);
    expect(await buffer.room(1)).toBe(false);
    buffer.pause();
    calls.length = 0;
    buffer.done(5);
    expect(calls).toEqual(['resume']);
    push(10, 20);
    const room = buffer.room(60_000);
    buffer.done(20);
    expect(await room).toBe(true);
  });

  it('keeps what it holds when retention has deleted what comes next', () => {
    const { buffer, calls, push, read } = opened();
    push(0, 2);
    buffer.skipTo(50);
    expect(calls.at(-1)).toBe('seek 50');
    push(50, 51);
    expect(read(0, 9)).toEqual([0, 1, 50]);
  });
});
