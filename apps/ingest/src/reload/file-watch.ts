import { type FSWatcher, statSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import { stampOf } from '@fleet-forensics/shared/directives/disk-files';

/** A file that is still being written is let be until nothing of it has changed for so long, milliseconds. */
const SETTLE_MS = 100;

/** Directories that the file system is asked to tell of; further ones are looked at only now and then. */
const MAX_WATCHED = 100;

/** What is watched: the file that decides changes with each reading of it. */
export interface WatchedFiles {
  /** Every path that counts, with its stamp from before it was read. */
  readonly stamps: ReadonlyMap<string, string>;
  reload(): void;
}

/**
 * Reloads files on SIGHUP, and when one of them, or what an Include finds, has changed: soon where the file system tells of it, else
 * within the poll's interval. It is the stamps that decide; what the file system tells only brings the look forward.
 */
export class FileWatch {
  readonly #files: WatchedFiles;
  readonly #poll: NodeJS.Timeout;
  readonly #watchers: FSWatcher[] = [];
  /** Asked a thousand times a second, it would do nothing else. */
  readonly #asked = () => {
    this.#isAsked = true;
    this.#lookSoon();
  };
  #look: NodeJS.Timeout | undefined;
  /** Whether they have changed or not. */
  #isAsked = false;
  /** The stamps at the last look, if it found a change. */
  #changed: string | undefined;

  constructor(files: WatchedFiles, pollMs: number) {
    this.#files = files;
    this.#poll = setInterval(() => this.#lookSoon(), pollMs);
    this.#poll.unref();
    process.on('SIGHUP', this.#asked);
    this.#watch();
  }

  close(): void {
    process.off('SIGHUP', this.#asked);
    clearInterval(this.#poll);
    clearTimeout(this.#look);
    this.#unwatch();
  }

  #lookSoon(): void {
    if (this.#look) return;
    this.#look = setTimeout(() => {
      this.#look = undefined;
      this.#lookNow();
    }, SETTLE_MS);
    this.#look.unref();
  }

  #reload(): void {
    this.#isAsked = false;
    this.#changed = undefined;
    this.#files.reload();
    this.#watch();
  }

  #lookNow(): void {
    if (this.#isAsked) return this.#reload();
    const { stamps } = this.#files;
    const now = [...stamps.keys()].map(stampOf);
    const isChanged = [...stamps.values()].some((stamp, at) => stamp !== now[at]);
    const changed = isChanged ? now.join('\n') : undefined;
    if (changed !== undefined && changed === this.#changed) {
      this.#reload();
      return;
    }
    this.#changed = changed;
    if (isChanged) this.#lookSoon();
  }

  #watch(): void {
    this.#unwatch();
    const directories = new Set(
      [...this.#files.stamps.keys()].flatMap((path) => [dirname(path), ...(isDirectory(path) ? [path] : [])]),
    );
    for (const directory of [...directories].slice(0, MAX_WATCHED)) {
      const watcher = watcherOf(directory, () => this.#lookSoon());
      if (watcher) this.#watchers.push(watcher);
    }
  }

  #unwatch(): void {
    for (const watcher of this.#watchers.splice(0)) watcher.close();
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** The poll stands in for a watch that the kernel does not grant, or ends: no inotify left, a directory that is gone. */
function watcherOf(directory: string, told: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(directory, { persistent: false }, told);
    return watcher.on('error', () => watcher.close());
  } catch {
    return undefined;
  }
}
