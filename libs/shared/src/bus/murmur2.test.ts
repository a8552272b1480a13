import { describe, expect, it } from 'vitest';
import { murmur2, partitionOfKey } from './murmur2.ts';

// The vectors of Kafka's own UtilsTest.testMurmur2.
const VECTORS: readonly (readonly [string, number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
];

describe('the partitioner', () => {
  it.each(VECTORS)('hashes %s as Kafka does, so that a publisher in any language meets its session', (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash);
  });

  it('counts bytes above 127 as unsigned', () => {
    const high = Buffer.from([0xff, 0x80, 0xfe, 0x81, 0xc3]);
    expect(murmur2(high)).not.toBe(murmur2(Buffer.from([0x7f, 0x00, 0x7e, 0x01, 0x43])));
    expect(murmur2(Buffer.concat([Buffer.from([1]), high]).subarray(1))).toBe(murmur2(high));
  });

  it('finds a partition for a negative hash and for an empty key', () => {
    expect(partitionOfKey(Buffer.from('21'), 12)).toBe((-973932308 & 0x7fffffff) % 12);
    expect(partitionOfKey(new Uint8Array(0), 12)).toBe((murmur2(new Uint8Array(0)) & 0x7fffffff) % 12);
  });
});
