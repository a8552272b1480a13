import { constants, createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { messageOf } from '@fleet-forensics/shared/error';
import type { FileCalls } from './file-calls.ts';
import type { Generation, Journal } from './journal.ts';
import { OpenDirectory } from './open-directory.ts';
import { PART_SUFFIX } from './own-file.ts';
import { safePath } from './safe-path.ts';
import { rotatedName } from './settlement.ts';
import type { Turn } from './turn.ts';
import type { WriterCounters } from './writer-counters.ts';

const DAY_US = 86_400_000_000;
const FILE_MODE = 0o640;

/** What becomes of files that were rotated. */
export interface Retention {
  readonly gzip: boolean;
  /** So many of each name stay; 0: all. */
  readonly keepFiles: number;
  /** So long they stay; 0: for ever. */
  readonly keepDays: number;
}

export interface RotatedFilesParts {
  /** Absolute. */
  readonly root: string;
  readonly journal: Journal;
  readonly turn: Turn;
  readonly calls: FileCalls;
  readonly retention: Retention;
  readonly counters: WriterCounters;
  readonly warn: (message: string) => void;
  readonly nowUs: () => number;
}

/**
 * Compresses and removes rotated files, beside the filing: one at a time, as a stream. Only files that the journal knows as rotated
 * are touched. What a crash cuts short is done again.
 */
export class RotatedFiles {
  readonly #parts: RotatedFilesParts;
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(parts: RotatedFilesParts) {
    this.#parts = parts;
  }

  /** Brings all to where the settings want it. Called while it runs, it waits for that run. Never rejects. */
  tidy(): Promise<void> {
    const failed = (error: unknown) => this.#parts.warn(`rotated files are left as they are for now: ${messageOf(error)}`);
    this.#running ??= this.#tidyAll()
      .catch(failed)
      .finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** Waits for the file in hand. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  async #tidyAll(): Promise<void> {
    const rank = new Map<string, number>();
    for (const generation of this.#parts.journal.generations()) {
      if (this.#isClosed) return;
      const newer = rank.get(generation.file) ?? 0;
      rank.set(generation.file, newer + 1);
      await this.#tidy(generation, newer).catch((error: unknown) => {
        const name = rotatedName(generation.file, generation.generation);
        this.#parts.warn(`${name} is left as it is for now: ${messageOf(error)}`);
      });
    }
  }

  async #tidy(generation: Generation, newer: number): Promise<void> {
    const { gzip, keepFiles, keepDays } = this.#parts.retention;
    const isOld = keepDays > 0 && generation.rotatedAtUs < this.#parts.nowUs() - keepDays * DAY_US;
    const isSurplus = keepFiles > 0 && newer >= keepFiles;
    if (isOld || isSurplus || generation.state === 'removing')
      await this.#in(generation, (directory, name) => this.#remove(directory, name, generation));
    else if (gzip && generation.state === 'plain')
      await this.#in(generation, (directory, name) => this.#compress(directory, name, generation));
  }

  async #in({ file, generation }: Generation, action: (directory: OpenDirectory, name: string) => Promise<void>): Promise<void> {
    const path = safePath(this.#parts.root, file);
    const directory = new OpenDirectory(path, this.#parts.calls);
    try {
      await action(directory, rotatedName(path.name, generation));
    } finally {
      directory.close();
    }
  }

  async #remove(directory: OpenDirectory, name: string, generation: Generation): Promise<void> {
    // First: who verifies meanwhile must not take it for one that somebody else took away.
    await this.#enter({ ...generation, state: 'removing' });
    for (const present of [name, `${name}.gz`, `${name}.sig`]) if (directory.lstat(present)) directory.unlink(present);
    this.#parts.counters.removed += 1;
    await this.#enter({ ...generation, state: 'removed' });
  }

  async #compress(directory: OpenDirectory, name: string, generation: Generation): Promise<void> {
    const compressed = `${name}.gz`;
    if (directory.lstat(name)) {
      await this.#gzip(directory, name, `${compressed}${PART_SUFFIX}`);
      directory.rename(`${compressed}${PART_SUFFIX}`, compressed);
      directory.unlink(name);
      this.#parts.counters.compressed += 1;
    }
    // An admin may have taken it away: then there is nothing to look after any more.
    await this.#enter({ ...generation, state: directory.lstat(compressed) ? 'gzip' : 'gone' });
  }

  async #gzip(directory: OpenDirectory, from: string, to: string): Promise<void> {
    const { calls } = this.#parts;
    if (directory.lstat(to)) directory.unlink(to);
    const source = calls.openAt(directory.fd, from, constants.O_RDONLY | constants.O_NONBLOCK, 0);
    try {
      const target = calls.openAt(directory.fd, to, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, FILE_MODE);
      try {
        const [reading, writing] = [
          { fd: source, autoClose: false },
          { fd: target, autoClose: false },
        ];
        await pipeline(createReadStream('', reading), createGzip(), createWriteStream('', writing));
        await calls.fdatasync(target);
      } finally {
        calls.close(target);
      }
    } finally {
      calls.close(source);
    }
  }

  async #enter(generation: Generation): Promise<void> {
    const { journal, turn } = this.#parts;
    await turn.take(async () => {
      journal.begin();
      journal.putGeneration(generation);
      journal.commit();
    });
  }
}
