/** What a ring held: the newest `count` messages, behind the first `skip` ones of the list. */
export interface RingContent {
  /** A MessageList. */
  readonly messages: Buffer;
  readonly count: number;
  readonly skip: number;
}

/** An undecoded MessageList in the ring; its bytes follow those of the chunk before. */
interface Chunk {
  byteLength: number;
  count: number;
}

/** Small records are accounted for together: an entry of its own for each would cost half of what a short message does. */
const JOIN_BYTES = 4096;

const SMALLEST_BYTES = 1024;
/** Up to here the memory grows by half, above it by an eighth: a full ring is to be little larger than its messages. */
const FAST_GROWTH_BYTES = 64 * 1024;

const NOTHING = Buffer.alloc(0);

/**
 * The newest messages of a session, undecoded, in one circular buffer of its own: a push copies bytes and allocates nothing
 * once the ring is full.
 *
 *              #start
 *                |   skip   |                  count                      |
 *   bytes  ......[ chunk 50 ][ chunk 50 ][ chunk 50 ] … [ chunk 50 ][ chunk 7 ]......
 *                                                                         ^ push, around the end
 *
 * The oldest chunk leaves when the rest holds the capacity, so that exactly the newest `capacity` messages are kept, whatever
 * the chunking.
 */
export class Ring {
  #capacity: number;
  #capacityBytes: number;
  #bytes = NOTHING;
  #start = 0;
  #byteLength = 0;
  #chunks: Chunk[] = [];
  /** Messages in the chunks, the skipped ones included. */
  #held = 0;
  #count = 0;

  /**
   * @param capacity messages, at least 1
   * @param capacityBytes encoded bytes; the newest record is kept even if it is longer
   */
  constructor(capacity: number, capacityBytes: number) {
    this.#capacity = capacity;
    this.#capacityBytes = capacityBytes;
  }

  /** Messages, at most the capacity. */
  get count(): number {
    return this.#count;
  }

  /** Encoded bytes held, those of skipped messages included. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** Memory taken, bytes. */
  get memoryBytes(): number {
    return this.#bytes.length;
  }

  /**
   * Appends a copy of a MessageList.
   * @returns the number of messages that this pushed out of the ring
   */
  push(list: Uint8Array, count: number): number {
    if (count === 0) return 0;
    const before = this.#count;
    this.#makeRoom(list.length, count);
    this.#copyIn(list);
    this.#account(list.length, count);
    this.#held += count;
    this.#count = Math.min(this.#count + count, this.#capacity);
    return before + count - this.#count;
  }

  /**
   * Changes the capacity; a larger one does not bring back what was evicted.
   * @returns the number of messages that this pushed out of the ring
   */
  resize(capacity: number, capacityBytes: number): number {
    const before = this.#count;
    this.#capacity = capacity;
    this.#capacityBytes = capacityBytes;
    this.#makeRoom(0, 0);
    this.#count = Math.min(this.#count, capacity);
    return before - this.#count;
  }

  /** Takes everything out. */
  flush(): RingContent {
    const end = this.#start + this.#byteLength;
    const messages =
      end <= this.#bytes.length
        ? this.#bytes.subarray(this.#start, end)
        : Buffer.concat([this.#bytes.subarray(this.#start), this.#bytes.subarray(0, end - this.#bytes.length)]);
    const content = { messages, count: this.#count, skip: this.#held - this.#count };
    this.#bytes = NOTHING;
    this.#start = 0;
    this.#byteLength = 0;
    this.#chunks = [];
    this.#held = 0;
    this.#count = 0;
    return content;
  }

  /** Drops the oldest chunks that are not needed, or not allowed, once `count` messages of `byteLength` come. */
  #makeRoom(byteLength: number, count: number): void {
    for (let oldest = this.#chunks[0]; oldest !== undefined; oldest = this.#chunks[0]) {
      const isSurplus = this.#held - oldest.count + count >= this.#capacity;
      const isTooMuch = this.#byteLength + byteLength > this.#capacityBytes && (count > 0 || this.#chunks.length > 1);
      if (!isSurplus && !isTooMuch) break;
      this.#chunks.shift();
      this.#held -= oldest.count;
      this.#byteLength -= oldest.byteLength;
      this.#start = (this.#start + oldest.byteLength) % this.#bytes.length;
    }
    this.#count = Math.min(this.#count, this.#held);
    this.#fit(this.#byteLength + byteLength);
  }

  /** Sees to it that the memory holds `needed` bytes and is not far larger. */
  #fit(needed: number): void {
    const { length } = this.#bytes;
    if (needed <= length && (length <= SMALLEST_BYTES || needed * 4 > length)) return;
    const grown = length + (length < FAST_GROWTH_BYTES ? length >>> 1 : length >>> 3);
    // Not from Node's pool: a ring would keep a slab of its neighbours alive.
    const bytes = Buffer.allocUnsafeSlow(Math.max(needed, SMALLEST_BYTES, needed > length ? grown : needed * 2));
    const firstPiece = this.#bytes.copy(bytes, 0, this.#start, this.#start + this.#byteLength);
    this.#bytes.copy(bytes, firstPiece, 0, this.#byteLength - firstPiece);
    this.#bytes = bytes;
    this.#start = 0;
  }

  #copyIn(list: Uint8Array): void {
    const at = (this.#start + this.#byteLength) % this.#bytes.length;
    const untilEnd = this.#bytes.length - at;
    if (list.length <= untilEnd) {
      this.#bytes.set(list, at);
    } else {
      this.#bytes.set(list.subarray(0, untilEnd), at);
      this.#bytes.set(list.subarray(untilEnd), 0);
    }
    this.#byteLength += list.length;
  }

  #account(byteLength: number, count: number): void {
    const newest = this.#chunks.at(-1);
    if (newest !== undefined && newest.byteLength + byteLength <= JOIN_BYTES) {
      newest.byteLength += byteLength;
      newest.count += count;
    } else {
      this.#chunks.push({ byteLength, count });
    }
  }
}
