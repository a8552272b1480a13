import { describe, expect, it } from 'vitest';
import { ForensicsError } from '../error.ts';
import { decodeDeadLetter } from './codec.ts';
import { deadLetter, isCutOff } from './dead-letter.ts';
import { MAX_RECORD_BYTES } from './limits.ts';

const PLACE = { topic: 'forensic.blocks', partition: 3 };
const ERROR = new ForensicsError('FF_BAD_RECORD', 'block part does not parse');

describe('a dead letter', () => {
  it('tells where the record was and why, and holds it as it was', () => {
    const record = deadLetter(PLACE, { offset: 9, key: Buffer.from('/f'), value: Buffer.from([0, 255]) }, ERROR);
    const letter = decodeDeadLetter(record.value);
    expect({ ...letter, key: Buffer.from(letter.key), value: Buffer.from(letter.value) }).toEqual({
      topic: 'forensic.blocks',
      partition: 3,
      offset: 9,
      error: 'FF_BAD_RECORD: block part does not parse',
      key: Buffer.from('/f'),
      value: Buffer.from([0, 255]),
    });
    expect(isCutOff(letter)).toBe(false);
  });

  it('fits into a record even if the poison does not, and says what is cut off', () => {
    const value = Buffer.alloc(2 * MAX_RECORD_BYTES, 1);
    const long = new ForensicsError('FF_BAD_RECORD', '€'.repeat(10_000));
    const record = deadLetter(PLACE, { offset: 9, key: Buffer.alloc(100_000), value }, long);
    const letter = decodeDeadLetter(record.value);
    expect(record.value.length + record.key!.length).toBeLessThan(MAX_RECORD_BYTES + 10_000);
    expect(letter.value.length).toBeGreaterThan(850_000);
    expect(letter.error).toContain(`(the first ${letter.value.length} of 1800000 bytes)`);
    expect(isCutOff(letter)).toBe(true);
  });

  it('of a record without a key has none', () => {
    const record = deadLetter(PLACE, { offset: 9, key: null, value: Buffer.alloc(1) }, ERROR);
    expect([record.key, decodeDeadLetter(record.value).key.length]).toEqual([null, 0]);
  });
});
