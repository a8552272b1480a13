import type { OutgoingRecord, Producer } from '@fleet-forensics/shared/bus/port';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { BLOCKS } from '@fleet-forensics/shared/topics';
import { deadLetter } from '@fleet-forensics/shared/wire/dead-letter';
import { describe, expect, it } from 'vitest';
import { Requeue } from './requeue.ts';
import { type StoredLetter, storedLetter } from './stored-letter.ts';

/** A log that fails with the code at these values. */
class FailingProducer implements Producer {
  readonly taken: string[] = [];
  readonly #code: `FF_${string}`;
  readonly #values: readonly string[];

  constructor(code: `FF_${string}`, values: readonly string[]) {
    this.#code = code;
    this.#values = values;
  }

  async send(_topic: string, [record]: readonly OutgoingRecord[]): Promise<void> {
    const value = Buffer.from(record!.value).toString();
    if (this.#values.includes(value)) throw new ForensicsError(this.#code, `no ${value}`);
    this.taken.push(value);
  }
}

function letters(from: number, ...values: string[]): StoredLetter[] {
  const error = new ForensicsError('FF_BAD_RECORD', 'bad');
  return values.map((value, index) => {
    const record = deadLetter({ topic: BLOCKS, partition: 0 }, { offset: 0, key: null, value: Buffer.from(value) }, error);
    return storedLetter({ ...record, offset: from + index, timeMs: 0 });
  });
}

describe('a requeue', () => {
  it('ends when the log is away, and knows where to go on so that nothing is left out', async () => {
    const producer = new FailingProducer('FF_LOG_UNAVAILABLE', ['d']);
    const requeue = new Requeue(producer, undefined, () => {});
    await requeue.take(letters(5, 'a', 'b'));
    await expect(requeue.take(letters(7, 'c', 'd', 'e'))).rejects.toMatchObject({ code: 'FF_LOG_UNAVAILABLE' });
    expect(requeue.next).toBe(7);
  });

  it('goes on behind a record that the log does not take, and says which one', async () => {
    const producer = new FailingProducer('FF_RECORD_TOO_LARGE', ['b']);
    const reports: string[] = [];
    const requeue = new Requeue(producer, undefined, (line) => reports.push(line));
    await requeue.take(letters(5, 'a', 'b', 'c'));
    expect([producer.taken, reports]).toEqual([['a', 'c'], ['6: not published again: no b\n']]);
    expect([requeue.published, requeue.refused, requeue.next]).toEqual([2, 1, 8]);
  });
});
