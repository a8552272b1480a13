import { createHash, hash, type Hash } from 'node:crypto';
import type { BlockList, RecordedBlock } from './block-list.ts';

/**
 * Compares a file's bytes with its recorded blocks, in one pass, up to the first block that is not as it was filed. Every block
 * must begin where the one before ends, or behind.
 */
export class IntactRun {
  readonly #blocks: BlockList;
  readonly #limit: number;
  #index: number;
  #block: RecordedBlock | undefined;
  #position: number;
  /** Of a block that lies in several chunks. */
  #digest: Hash | undefined;
  #isBroken = false;

  /**
   * @param start index of the first block that is compared
   * @param limit index behind the last one
   */
  constructor(blocks: BlockList, start = 0, limit = blocks.length) {
    this.#blocks = blocks;
    this.#limit = limit;
    this.#index = start;
    this.#position = blocks.offset(start);
    this.#take();
  }

  /** Index behind the last block that is as it was filed. */
  get index(): number {
    return this.#index;
  }

  /** True if the file's bytes are not those of the next block. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** True if nothing that comes can change the outcome. */
  get isOver(): boolean {
    return this.#isBroken || this.#block === undefined;
  }

  /** Takes the file's next bytes; the first ones are those at the first block's offset. */
  feed(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && this.#block && !this.#isBroken) {
      const { offset, length } = this.#block;
      // Bytes that no block accounts for.
      const skipped = Math.min(Math.max(0, offset - this.#position), chunk.length - at);
      const rest = offset + length - (this.#position + skipped);
      const taken = Math.min(rest, chunk.length - at - skipped);
      this.#compare(chunk.subarray(at + skipped, at + skipped + taken), rest);
      this.#position += skipped + taken;
      at += skipped + taken;
    }
  }

  #compare(bytes: Uint8Array, rest: number): void {
    if (bytes.length === 0) return;
    const block = this.#block!;
    if (bytes.length < rest) {
      this.#digest ??= createHash('sha256');
      this.#digest.update(bytes);
      return;
    }
    const sha256 = this.#digest ? this.#digest.update(bytes).digest() : hash('sha256', bytes, 'buffer');
    this.#digest = undefined;
    this.#isBroken = !sha256.equals(block.sha256);
    if (this.#isBroken) return;
    this.#index += 1;
    this.#take();
  }

  #take(): void {
    this.#block = this.#index < this.#limit ? this.#blocks.at(this.#index) : undefined;
  }
}
