import { ForensicsError } from '@fleet-forensics/shared/error';
import { type AppendedCopy, type Appendix, appendTo, endOf } from './appendix.ts';
import type { FileCalls } from './file-calls.ts';
import type { FileState } from './journal.ts';
import { fileAlone, OWN_FILE } from './own-file.ts';
import type { TargetFile } from './target-file.ts';
import type { WriterCounters } from './writer-counters.ts';

/** Files of blocks of their own that are written at a time. */
const OWN_FILES_AT_ONCE = 16;

/** Files that can't be written now, and why. */
export type HeldFiles = Map<string, ForensicsError>;

/** What is to be appended to a file that is open and ends where `state` says. */
export interface OpenAppendix extends Appendix {
  readonly file: TargetFile;
  readonly state: FileState;
}

/** What is in a file, and not in the journal yet. */
export interface WrittenFile {
  /** As of before. */
  readonly state: FileState;
  readonly appended: readonly AppendedCopy[];
  /** To be cut back if the journal can't be written; a file of a block's own is written over. */
  readonly file?: TargetFile;
}

export interface FileWritesOptions {
  readonly calls: FileCalls;
  /** To be left free on a file's file system. */
  readonly headroomBytes: number;
  readonly counters: WriterCounters;
  readonly warn: (message: string) => void;
}

/** Writes a batch to its files. What fails holds one file's blocks, and no other's. */
export class FileWrites {
  readonly #options: FileWritesOptions;

  constructor(options: FileWritesOptions) {
    this.#options = options;
  }

  /** Writes to all files first and syncs them together: a disk does many in little more than the time of one. */
  async append(open: readonly OpenAppendix[], held: HeldFiles): Promise<WrittenFile[]> {
    const { headroomBytes } = this.#options;
    const written: (WrittenFile & { appendix: OpenAppendix })[] = [];
    for (const appendix of open) {
      const { file, state } = appendix;
      const appended = await this.#undoneOnError(appendix, held, () => appendTo(file, state.end, appendix, headroomBytes));
      if (appended) written.push({ file, state, appended, appendix });
    }
    const synced = await Promise.all(
      written.map(async (one) => {
        const sync = async () => {
          await one.file!.sync(endOf(one.appended));
          return one;
        };
        return this.#undoneOnError(one.appendix, held, sync);
      }),
    );
    return synced.filter((one) => one !== undefined);
  }

  async writeAlone(own: readonly Appendix[], held: HeldFiles): Promise<WrittenFile[]> {
    const { calls, headroomBytes } = this.#options;
    const written: WrittenFile[] = [];
    for (let from = 0; from < own.length; from += OWN_FILES_AT_ONCE) {
      const some = own.slice(from, from + OWN_FILES_AT_ONCE);
      const filed = some.map((appendix) => this.unlessHeld(appendix, held, () => fileAlone(appendix, calls, headroomBytes)));
      for (const appended of await Promise.all(filed)) if (appended) written.push({ state: OWN_FILE, appended });
    }
    return written;
  }

  #undoneOnError<T>(
    { file, state, ...appendix }: OpenAppendix,
    held: HeldFiles,
    calls: () => Promise<T>,
  ): Promise<T | undefined> {
    return this.unlessHeld(appendix, held, async () => {
      try {
        return await calls();
      } catch (error) {
        this.warnIfItFails(file.path.realPath, () => file.cutTo(state.end));
        throw error;
      }
    });
  }

  /** Runs calls into one file, none into the journal: what fails holds that file's blocks, and no other's. */
  async unlessHeld<T>({ path, copies }: Appendix, held: HeldFiles, calls: () => Promise<T>): Promise<T | undefined> {
    if (held.has(path.file)) return undefined;
    try {
      return await calls();
    } catch (cause) {
      this.#options.counters.failures += 1;
      held.set(path.file, filingFailed(path.realPath, copies.length, cause));
      return undefined;
    }
  }

  /** For what is tried again by itself: the next batch rolls back, and cuts off what was begun. */
  warnIfItFails(what: string, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#options.warn(`${what}: ${String(error)}`);
    }
  }
}

/** What is tried again as long as the log keeps it. */
export function filingFailed(where: string, count: number, cause: unknown): ForensicsError {
  const remedy = 'they stay in the log and are tried again';
  return new ForensicsError('FF_FILING_FAILED', `${where}: ${count} blocks can't be filed now: ${String(cause)}; ${remedy}`, {
    cause,
  });
}
