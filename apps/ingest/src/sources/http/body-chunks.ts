/** A chunk up to this long is copied together with its neighbours. */
const SMALL_BYTES = 2048;

/** More chunks than this, and fewer bytes in each than {@link FEWEST_BYTES}, is no way to send a body: each takes its time, too. */
const FREE_CHUNKS = 256;
const FEWEST_BYTES = 32;

/** In how many chunks how much of a body came. */
export class BodyChunkCount {
  byteLength = 0;
  #count = 0;

  /** True if it comes in pieces that only somebody sends who means to keep us busy. */
  get areTiny(): boolean {
    return this.#count > FREE_CHUNKS && this.byteLength < this.#count * FEWEST_BYTES;
  }

  add(byteLength: number): void {
    this.#count += 1;
    this.byteLength += byteLength;
  }
}

const BLOCK_BYTES = 16 * 1024;
const FIRST_BLOCK_BYTES = 256;

/**
 * The chunks of a body as they arrive. Small ones are copied together: each would take a hundred bytes and more beside its own, so that a body
 * sent byte by byte (HTTP's chunked coding allows that) would take a hundred times what is counted for it.
 */
export class BodyChunks {
  readonly #count = new BodyChunkCount();
  readonly #whole: Buffer[] = [];
  #block = Buffer.alloc(0);
  #used = 0;

  get byteLength(): number {
    return this.#count.byteLength;
  }

  get areTiny(): boolean {
    return this.#count.areTiny;
  }

  add(chunk: Buffer): void {
    this.#count.add(chunk.length);
    if (chunk.length > SMALL_BYTES) {
      this.#closeBlock();
      this.#whole.push(chunk);
    } else {
      if (this.#used + chunk.length > this.#block.length) this.#newBlock(chunk.length);
      chunk.copy(this.#block, this.#used);
      this.#used += chunk.length;
    }
  }

  /** The body; nothing may be added any more. */
  join(): Buffer {
    this.#closeBlock();
    return this.#whole.length === 1 ? this.#whole[0]! : Buffer.concat(this.#whole, this.byteLength);
  }

  /** As large as what is there already, within its bounds: a short body takes little. */
  #newBlock(least: number): void {
    this.#closeBlock();
    this.#block = Buffer.allocUnsafeSlow(Math.max(least, Math.min(BLOCK_BYTES, Math.max(FIRST_BLOCK_BYTES, this.byteLength))));
  }

  #closeBlock(): void {
    if (this.#used > 0) this.#whole.push(this.#block.subarray(0, this.#used));
    this.#block = this.#block.subarray(this.#used);
    this.#used = 0;
  }
}
