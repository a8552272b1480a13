import { promisify } from 'node:util';
import { constants, gunzip, gzip, zstdCompress, zstdDecompress } from 'node:zlib';

/** Kafka's numbers of its codecs: CompressionType.java. */
export const CODECS = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;

/** What a record batch may hold uncompressed, bytes: far above what publishers send, and a bound for a hostile one. */
export const MAX_INFLATED_BYTES = 64 * 1024 * 1024;

/** How what follows a batch's header is compressed; level 1 of zstd and gzip: log text gains little from higher ones. */
export async function compress(codec: 'gzip' | 'zstd', records: Uint8Array): Promise<Buffer> {
  return codec === 'gzip'
    ? promisify(gzip)(records, { level: 1 })
    : promisify(zstdCompress)(records, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
}

/** @throws Error of the codec if the bytes are damaged, hold more than {@link MAX_INFLATED_BYTES}, or the codec is unknown */
export async function decompress(codec: number, compressed: Uint8Array): Promise<Buffer> {
  switch (codec) {
    case CODECS.gzip:
      return promisify(gunzip)(compressed, { maxOutputLength: MAX_INFLATED_BYTES });
    case CODECS.zstd:
      return promisify(zstdDecompress)(compressed, { maxOutputLength: MAX_INFLATED_BYTES });
    case CODECS.snappy:
      return unsnappy(compressed);
    case CODECS.lz4:
      return unlz4(compressed);
    default:
      throw new RangeError(`compression codec ${codec} is not one of Kafka's`);
  }
}

/** What Java's SnappyOutputStream writes before its blocks, which other clients leave out; two version numbers follow. */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const XERIAL_HEADER_BYTES = 16;

async function unsnappy(compressed: Uint8Array): Promise<Buffer> {
  const stream = Buffer.from(compressed.buffer, compressed.byteOffset, compressed.length);
  const isXerial = stream.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC);
  const blocks = isXerial ? xerialBlocks(stream) : [stream];
  refuseTooLong(blocks.reduce((sum, block) => sum + snappyLength(block), 0));
  // Loaded here: only publishers in other languages need it.
  const { uncompress } = await import('snappy');
  const inflated = await Promise.all(blocks.map((block) => uncompress(block, { asBuffer: true })));
  return Buffer.concat(inflated as Buffer[]);
}

function xerialBlocks(stream: Buffer): Buffer[] {
  const blocks: Buffer[] = [];
  for (let at = XERIAL_HEADER_BYTES; at < stream.length;) {
    const end = at + 4 + stream.readUInt32BE(at);
    if (end > stream.length) throw new RangeError('a snappy block is longer than its batch');
    blocks.push(stream.subarray(at + 4, end));
    at = end;
  }
  return blocks;
}

/** A snappy block begins with its uncompressed length, a varint (format_description.txt, Preamble). */
function snappyLength(block: Buffer): number {
  let length = 0;
  for (let at = 0; at < 5; at++) {
    const byte = block.readUInt8(at);
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return length;
  }
  throw new RangeError('a snappy block does not begin with its length');
}

async function unlz4(compressed: Uint8Array): Promise<Buffer> {
  const frame = Buffer.from(compressed.buffer, compressed.byteOffset, compressed.length);
  refuseTooLong(lz4Bound(frame));
  const { decompressFrame } = await import('lz4-napi');
  return decompressFrame(frame);
}

const LZ4_MAGIC = 0x184d2204;

/** What an LZ4 frame may hold at most: its blocks times their greatest length (lz4_Frame_format.md). */
function lz4Bound(frame: Buffer): number {
  if (frame.readUInt32LE(0) !== LZ4_MAGIC) throw new RangeError('it is no LZ4 frame');
  const flags = frame.readUInt8(4);
  const [hasBlockChecksums, hasLength, hasDictionary] = [flags & 0x10, flags & 0x08, flags & 0x01].map(Boolean);
  const blockBytes = 2 ** (8 + 2 * ((frame.readUInt8(5) >> 4) & 7));
  let blocks = 0;
  for (let at = 7 + (hasLength ? 8 : 0) + (hasDictionary ? 4 : 0); ; blocks++) {
    const length = frame.readUInt32LE(at) & 0x7fff_ffff;
    if (length === 0) return blocks * blockBytes;
    at += 4 + length + (hasBlockChecksums ? 4 : 0);
  }
}

function refuseTooLong(length: number): void {
  if (length <= MAX_INFLATED_BYTES) return;
  throw new RangeError(`it may hold ${length} bytes, larger than ${MAX_INFLATED_BYTES}`);
}
