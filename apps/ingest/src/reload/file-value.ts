import { messageOf } from '@fleet-forensics/shared/error';
import { stampOf } from '@fleet-forensics/shared/directives/disk-files';
import type { WatchedFiles } from './file-watch.ts';

export interface FileValueOptions<T> {
  /** What it is and where it comes from, for people: `tokens of /etc/tokens`. */
  readonly name: string;
  readonly paths: readonly string[];
  /** Reads them whole. What it throws leaves the old value in force. */
  readonly read: () => T;
  /** Told whenever the files were read again: whether the value is a new one. */
  readonly reread: (isTaken: boolean) => void;
  /** Told what an operator must know. */
  readonly warn: (message: string) => void;
}

/** What files say, in force until they say something else that is right. */
export class FileValue<T> implements WatchedFiles {
  readonly #options: FileValueOptions<T>;
  #value: T;
  #stamps: ReadonlyMap<string, string> = new Map();
  #problem: string | undefined;

  /** @throws what reading them for the first time throws */
  constructor(options: FileValueOptions<T>) {
    this.#options = options;
    this.#value = this.#read();
  }

  get value(): T {
    return this.#value;
  }

  get stamps(): ReadonlyMap<string, string> {
    return this.#stamps;
  }

  /** Why the value in force is not what the files say; undefined if it is. */
  get outOfDate(): string | undefined {
    return this.#problem && `${this.#options.name} are out of date: ${this.#problem}`;
  }

  /** Puts in force what they say now; if anything is wrong with it the old value stays, and that is told. */
  reload(): void {
    const { name, reread, warn } = this.#options;
    let problem: string | undefined;
    try {
      this.#value = this.#read();
      warn(`${name} were read again`);
    } catch (error) {
      const lines = messageOf(error).split('\n');
      problem = lines.length > 1 ? `${lines[0]!} (and ${lines.length - 1} more)` : lines[0]!;
      warn(`${name} stay as they were, for they can't be read again: ${lines.join('\n')}`);
    }
    this.#problem = problem;
    reread(problem === undefined);
  }

  #read(): T {
    this.#stamps = new Map(this.#options.paths.map((path) => [path, stampOf(path)]));
    return this.#options.read();
  }
}
