import type { ChunkSize } from '@fleet-forensics/shared/wire/checkpoint';

/** What a ring held: the newest `count` messages, behind the first `skip` ones of the list. */
export interface RingContent {
  /** A MessageList. */
  readonly messages: Buffer;
  readonly count: number;
  readonly skip: number;
}

/** An undecoded MessageList and the number of its messages. */
interface Chunk {
  readonly bytes: Buffer;
  readonly count: number;
}

/** Small records are joined to one chunk: a buffer of its own costs about 600 bytes, six times what a short message does. */
const JOIN_BYTES = 4096;

/**
 * The newest messages of a session, as they came: whole chunks, undecoded, copied out of the record they arrived in.
 *
 *   capacity 1024     |   skip   |                  count                      |
 *   evicted <-        [ chunk 50 ][ chunk 50 ][ chunk 50 ] … [ chunk 50 ][ chunk 7 ]  <- push
 *
 * The oldest chunk leaves when the rest holds the capacity, so that exactly the newest `capacity` messages are kept, whatever
 * the chunking.
 */
export class Ring {
  #capacity: number;
  #capacityBytes: number;
  #chunks: Chunk[] = [];
  #byteLength = 0;
  /** Messages in the chunks, the skipped ones included. */
  #held = 0;
  #count = 0;

  /**
   * @param capacity messages, at least 1
   * @param capacityBytes encoded bytes; the newest chunk is kept even if it is longer
   */
  constructor(capacity: number, capacityBytes: number) {
    this.#capacity = capacity;
    this.#capacityBytes = capacityBytes;
  }

  /**
   * A ring as it was, chunk by chunk: what leaves it together decides what the next messages push out.
   * @param bytes of the chunks, one behind the other; copied
   * @param count messages that count, the newest ones
   */
  static restored(chunks: readonly ChunkSize[], bytes: Uint8Array, count: number, ...bounds: [number, number]): Ring {
    const ring = new Ring(...bounds);
    let start = 0;
    for (const { count: ofChunk, bytes: length } of chunks) {
      ring.#chunks.push({ bytes: copyOf(bytes.subarray(start, start + length)), count: ofChunk });
      ring.#held += ofChunk;
      start += length;
    }
    ring.#byteLength = start;
    ring.#count = count;
    return ring;
  }

  /** Of its chunks, oldest first. */
  get sizes(): readonly ChunkSize[] {
    return this.#chunks.map(({ bytes, count }) => ({ bytes: bytes.length, count }));
  }

  /** A copy of its chunks, one behind the other: a MessageList. */
  get bytes(): Buffer {
    return Buffer.concat(this.#chunks.map(({ bytes }) => bytes));
  }

  /** Messages, at most the capacity. */
  get count(): number {
    return this.#count;
  }

  /** Encoded bytes held, those of skipped messages included. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /**
   * Appends a copy of a MessageList.
   * @returns the number of messages that this pushed out of the ring
   */
  push(list: Uint8Array, count: number): number {
    if (count === 0) return 0;
    this.#append(list, count);
    this.#byteLength += list.length;
    this.#held += count;
    return this.#settle(this.#count + count);
  }

  /**
   * Changes the capacity; a larger one does not bring back what was evicted.
   * @returns the number of messages that this pushed out of the ring
   */
  resize(capacity: number, capacityBytes: number): number {
    this.#capacity = capacity;
    this.#capacityBytes = capacityBytes;
    return this.#settle(this.#count);
  }

  /** Takes everything out. */
  flush(): RingContent {
    const content = { messages: this.bytes, count: this.#count, skip: this.#held - this.#count };
    this.#chunks = [];
    this.#byteLength = 0;
    this.#held = 0;
    this.#count = 0;
    return content;
  }

  #append(list: Uint8Array, count: number): void {
    const newest = this.#chunks.at(-1);
    const joined = newest !== undefined && newest.bytes.length + list.length <= JOIN_BYTES ? newest : undefined;
    const start = joined?.bytes.length ?? 0;
    // Not from Node's pool: a chunk would keep a slab of its neighbours alive.
    const bytes = Buffer.allocUnsafeSlow(start + list.length);
    if (joined) bytes.set(joined.bytes);
    bytes.set(list, start);
    const chunk = { bytes, count: count + (joined?.count ?? 0) };
    if (joined) this.#chunks[this.#chunks.length - 1] = chunk;
    else this.#chunks.push(chunk);
  }

  /**
   * Drops whole chunks that the capacity does not need or the bytes do not allow.
   * @param count messages that would be in the ring without a bound
   */
  #settle(count: number): number {
    for (let oldest = this.#chunks[0]; oldest !== undefined; oldest = this.#chunks[0]) {
      const isSurplus = this.#held - oldest.count >= this.#capacity;
      const isTooMuch = this.#byteLength > this.#capacityBytes && this.#chunks.length > 1;
      if (!isSurplus && !isTooMuch) break;
      this.#chunks.shift();
      this.#held -= oldest.count;
      this.#byteLength -= oldest.bytes.length;
    }
    this.#count = Math.min(count, this.#held, this.#capacity);
    return count - this.#count;
  }
}

function copyOf(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}
