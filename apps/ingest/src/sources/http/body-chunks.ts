/** A chunk up to this long is copied together with its neighbours. */
const SMALL_BYTES = 2048;

const BLOCK_BYTES = 16 * 1024;
const FIRST_BLOCK_BYTES = 256;

/**
 * The chunks of a body as they arrive. Small ones are copied together: each would take a hundred bytes and more beside its own, so that a body
 * sent byte by byte (HTTP's chunked coding allows that) would take a hundred times what is counted for it.
 */
export class BodyChunks {
  byteLength = 0;
  readonly #whole: Buffer[] = [];
  #block = Buffer.alloc(0);
  #used = 0;

  add(chunk: Buffer): void {
    if (chunk.length > SMALL_BYTES) {
      this.#closeBlock();
      this.#whole.push(chunk);
    } else {
      if (this.#used + chunk.length > this.#block.length) this.#newBlock(chunk.length);
      chunk.copy(this.#block, this.#used);
      this.#used += chunk.length;
    }
    this.byteLength += chunk.length;
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
