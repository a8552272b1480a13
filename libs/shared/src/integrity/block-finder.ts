import { createHash } from 'node:crypto';
import type { BlockList } from './block-list.ts';

/** A file whose bytes can be read anywhere. */
export interface FileBytes {
  readonly sizeBytes: number;
  /** Valid until the next call. @param length bytes, all of them within the file */
  read(position: number, length: number): Uint8Array;
}

const PIECE_BYTES = 1024 * 1024;

/** Finds out which of the recorded blocks stands at a place of a file, by nothing but their lengths and digests. */
export class BlockFinder {
  readonly #blocks: BlockList;
  readonly #file: FileBytes;
  readonly #lengths: readonly number[];
  readonly #byDigest = new Map<string, number>();
  #bytesLeft: number;

  /** @param maxBytes how many bytes all calls of {@link find} read together; then it finds nothing more */
  constructor(blocks: BlockList, file: FileBytes, maxBytes: number) {
    this.#blocks = blocks;
    this.#file = file;
    this.#bytesLeft = maxBytes;
    const lengths = new Set<number>();
    for (let index = 0; index < blocks.length; index++) {
      const { length, sha256 } = blocks.at(index);
      lengths.add(length);
      this.#byDigest.set(Buffer.from(sha256).toString('hex'), index);
    }
    this.#lengths = [...lengths].toSorted((a, b) => a - b);
  }

  /** Index of a block that is there, and ends at `end` or before. */
  find(position: number, end: number): number | undefined {
    const digest = createHash('sha256');
    let at = position;
    for (const length of this.#lengths) {
      if (position + length > end || this.#bytesLeft <= 0) return undefined;
      while (at < position + length) {
        const bytes = this.#file.read(at, Math.min(PIECE_BYTES, position + length - at));
        digest.update(bytes);
        at += bytes.length;
        this.#bytesLeft -= bytes.length;
      }
      const index = this.#byDigest.get(digest.copy().digest('hex'));
      if (index !== undefined && this.#blocks.at(index).length === length) return index;
    }
    return undefined;
  }
}

/** True if a recorded block's bytes are at this place, which may lie outside the file. */
export function isAt(file: FileBytes, { length, sha256 }: { length: number; sha256: Uint8Array }, position: number): boolean {
  if (position < 0 || position + length > file.sizeBytes) return false;
  const digest = createHash('sha256');
  for (let at = position; at < position + length; at += PIECE_BYTES) {
    digest.update(file.read(at, Math.min(PIECE_BYTES, position + length - at)));
  }
  return digest.digest().equals(sha256);
}
