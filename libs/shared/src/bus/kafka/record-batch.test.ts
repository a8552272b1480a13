import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from './crc32c.ts';
import { BATCH_HEADER_BYTES, recordsOf, splitRecordBatches } from './record-batch.ts';
import { seal, writeRecords, type KeyAndValue } from './record-batch-writer.ts';

const records: fc.Arbitrary<KeyAndValue[]> = fc.array(
  fc.record({
    key: fc.option(fc.uint8Array()),
    value: fc.oneof(fc.uint8Array(), fc.uint8Array({ minLength: 60, maxLength: 20_000 })),
  }),
  { minLength: 1, maxLength: 200 },
);

function batchOf(written: readonly KeyAndValue[]): Buffer {
  return seal(writeRecords(written), written.length, 0, 1_700_000_000_000);
}

function countOrError(read: () => readonly unknown[]): unknown {
  try {
    return read().length;
  } catch (error) {
    return error;
  }
}

describe('a record batch', () => {
  it('gives back every key and value, with offsets and times, whatever they are', () => {
    fc.assert(
      fc.property(records, (written) => {
        const [batch] = splitRecordBatches(batchOf(written));
        const read = recordsOf(batch!, batch!.bytes.subarray(BATCH_HEADER_BYTES));
        expect(read.map(({ key, value }) => ({ key: key && Uint8Array.from(key), value: Uint8Array.from(value) }))).toEqual(
          written,
        );
        expect(read.map(({ offset }) => offset)).toEqual(written.map((_, i) => i));
        expect(read.every(({ timeMs }) => timeMs === 1_700_000_000_000)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('that a broker cut off at the end of a fetch is left to the next one', () => {
    const whole = batchOf([{ key: null, value: Buffer.from('a') }]);
    for (let cut = 0; cut < whole.length; cut++) {
      expect(splitRecordBatches(Buffer.concat([whole, whole.subarray(0, cut)]))).toHaveLength(1);
    }
  });

  it('whose records are not what its header says is an error, never other records', () => {
    fc.assert(
      fc.property(records, fc.nat(), fc.integer({ min: 1, max: 255 }), (written, at, change) => {
        const bytes = batchOf(written);
        const position = BATCH_HEADER_BYTES + (at % (bytes.length - BATCH_HEADER_BYTES));
        bytes[position]! ^= change;
        const [batch] = splitRecordBatches(bytes);
        expect(countOrError(() => recordsOf(batch!, bytes.subarray(BATCH_HEADER_BYTES)))).toSatisfy(
          (outcome) => outcome === written.length || outcome instanceof RangeError,
        );
      }),
    );
  });

  it('carries the checksum of RFC 3720, from wherever it is computed', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.from('..123456789'), 2)).toBe(0xe3069283);
  });
});
