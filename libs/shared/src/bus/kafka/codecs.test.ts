import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { compressFrameSync } from 'lz4-napi';
import { compressSync } from 'snappy';
import { describe, expect, it } from 'vitest';
import { CODECS, compress, decompress, MAX_INFLATED_BYTES } from './codecs.ts';

const TEXT = Buffer.from('the same words again and again '.repeat(5000));

/** As Java's SnappyOutputStream writes it: a header, then blocks with their lengths. */
function xerial(bytes: Buffer): Buffer {
  const blocks = [bytes.subarray(0, 32_768), bytes.subarray(32_768)].flatMap((block) => {
    const compressed = compressSync(block);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(compressed.length);
    return [length, compressed];
  });
  return Buffer.concat([Buffer.from('82534e415050590000000001', 'hex'), Buffer.from([0, 0, 0, 1]), ...blocks]);
}

const COMPRESSED: [name: string, codec: number, make: () => Uint8Array][] = [
  ['gzip', CODECS.gzip, () => gzipSync(TEXT)],
  ['zstd', CODECS.zstd, () => zstdCompressSync(TEXT)],
  ['snappy of Java', CODECS.snappy, () => xerial(TEXT)],
  ['snappy of other languages', CODECS.snappy, () => compressSync(TEXT)],
  ['lz4', CODECS.lz4, () => compressFrameSync(TEXT)],
];

describe('compressed records', () => {
  it.each(COMPRESSED)('of %s are read', async (_, codec, make) => {
    expect((await decompress(codec, make())).equals(TEXT)).toBe(true);
  });

  it.each(COMPRESSED)(
    'of %s that are damaged end in an error or in other bytes, never in silence or a crash',
    async (_, codec, make) => {
      const whole = make();
      await fc.assert(
        fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), async (at, byte, length) => {
          const damaged = Uint8Array.from(whole.subarray(0, length));
          if (at < length) damaged[at] = byte;
          const outcome = await decompress(codec, damaged).catch((error: unknown) => error);
          expect(outcome instanceof Error || (Buffer.isBuffer(outcome) && outcome.length <= MAX_INFLATED_BYTES)).toBe(true);
        }),
        { numRuns: 50 },
      );
    },
  );

  it('of a codec that Kafka does not have are an error', async () => {
    await expect(decompress(7, TEXT)).rejects.toThrow('codec 7');
  });

  it('that would fill the memory are an error', async () => {
    const bomb = new Uint8Array(MAX_INFLATED_BYTES + 1);
    await expect(decompress(CODECS.gzip, gzipSync(bomb))).rejects.toThrow(/larger than/);
    await expect(decompress(CODECS.zstd, zstdCompressSync(bomb))).rejects.toThrow(/larger than/);
    await expect(decompress(CODECS.snappy, compressSync(bomb))).rejects.toThrow(/larger than/);
    await expect(decompress(CODECS.lz4, compressFrameSync(Buffer.from(bomb)))).rejects.toThrow(/larger than/);
  });

  it.each(['gzip', 'zstd'] as const)('of our own with %s are read', async (name) => {
    expect((await decompress(CODECS[name], await compress(name, TEXT))).equals(TEXT)).toBe(true);
  });
});
