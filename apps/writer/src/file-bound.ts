import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { BlockCopy } from './block-copy.ts';
import { fileOfFormat, formatsOf } from './block-formats.ts';
import type { Journal } from './journal.ts';
import { safePath } from './safe-path.ts';
import type { WriterCounters } from './writer-counters.ts';

/** Where blocks go whose files would be too many. */
export const OVERFLOW_FILE = '/overflow.log';

/** Names that are looked at in one go for files that are gone. */
const SWEEP_FILES = 1000;

export interface FileBoundOptions {
  /** Absolute. */
  readonly root: string;
  readonly maxFiles: number;
  readonly counters: WriterCounters;
  readonly warn: (message: string) => void;
}

/**
 * Bounds how many files there are: what publishers fill into a path template must not use up the file system's inodes. Over the
 * bound, the blocks of further files go to one overflow file. Files that were removed don't count.
 */
export class FileBound {
  readonly #options: FileBoundOptions;
  #sweptTo = '';
  #isOver = false;

  constructor(options: FileBoundOptions) {
    this.#options = options;
  }

  /** The copies with the files that they may have. Within a transaction of the journal. */
  bounded(copies: readonly BlockCopy[], journal: Journal): BlockCopy[] {
    const isNew = new Map<string, boolean>();
    for (const { path } of copies) if (!isNew.has(path.file)) isNew.set(path.file, !journal.file(path.file));
    const added = [...isNew].filter(([, isAdded]) => isAdded).map(([file]) => file);
    if (added.length === 0) return [...copies];
    const refused = new Set(added.slice(this.#room(added.length, journal)));
    if (refused.size === 0) return [...copies];
    return copies.map((copy) => (refused.has(copy.path.file) ? this.#overflowing(copy) : copy));
  }

  /** For how many more files there is room; those that are gone are forgotten first if it does not suffice. */
  #room(wanted: number, journal: Journal): number {
    const { maxFiles } = this.#options;
    const room = (): number => Math.max(0, maxFiles - journal.fileCount());
    if (room() < wanted) this.#sweep(journal);
    const left = room();
    if (left >= wanted) this.#isOver = false;
    else this.#sayOver();
    return left;
  }

  #sweep(journal: Journal): void {
    const files = journal.filesAfter(this.#sweptTo, SWEEP_FILES);
    this.#sweptTo = files.length < SWEEP_FILES ? '' : files.at(-1)!;
    const isGone = (file: string) => !lstatSync(join(this.#options.root, file), { throwIfNoEntry: false });
    for (const file of files) if (isGone(file)) journal.forgetFile(file);
  }

  #sayOver(): void {
    const { maxFiles, warn } = this.#options;
    if (!this.#isOver) {
      const remedy = 'remove old ones, or raise FF_WRITER_MAX_FILES';
      warn(`there are ${maxFiles} files already: blocks of further ones go to ${OVERFLOW_FILE}; ${remedy}`);
    }
    this.#isOver = true;
  }

  #overflowing(copy: BlockCopy): BlockCopy {
    const { root, counters } = this.#options;
    counters.overflowed += 1;
    const format = formatsOf(copy.block.header)[copy.copy]!;
    // A file of the overflow holds one format, whichever of a policy's it is.
    const index = format === 'extended' ? 0 : 1;
    return { ...copy, path: safePath(root, fileOfFormat(OVERFLOW_FILE, format, index)), isOwnFile: false };
  }
}
