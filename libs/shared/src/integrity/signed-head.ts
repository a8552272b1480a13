/** A place in a file's chain: behind so many of its blocks. */
export interface ChainPlace {
  /** Blocks of this file, of this generation, before the place. */
  readonly blocks: number;
  /** Bytes from the file's start. */
  readonly offset: number;
  /** The last link before the place, 32 bytes. */
  readonly link: Uint8Array;
}

/** What a signature vouches for: that the chain of this file went from one place to another one by then. */
export interface SignedHead {
  /** As the policy names it: below the root. */
  readonly file: string;
  /** Which file of that name, from 1. */
  readonly generation: number;
  /** Where the signature before ends, or the file's first block begins. */
  readonly from: ChainPlace;
  readonly to: ChainPlace;
  /** Microseconds since 1970, by the writer's clock. */
  readonly signedAtUs: number;
}

/** Nothing else that the key may ever sign begins with it. */
const DOMAIN = 'fleet-forensics chain head v1\0';

/**
 * The bytes that are signed. Numbers are unsigned and big-endian: the domain, the file's length in bytes (4) and its UTF-8, the generation (4),
 * then for each place its blocks (8), offset (8) and link (32), then the time (8).
 */
export function signedBytes({ file, generation, from, to, signedAtUs }: SignedHead): Buffer {
  const name = Buffer.from(file);
  return Buffer.concat([
    Buffer.from(DOMAIN),
    uint32(name.length),
    name,
    uint32(generation),
    ...[from, to].flatMap(({ blocks, offset, link }) => [uint64(blocks), uint64(offset), link]),
    uint64(signedAtUs),
  ]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
