import { existsSync } from 'node:fs';
import { messageOf } from '@fleet-forensics/shared/error';
import type { ProftpdLog } from '@fleet-forensics/shared/proftpd/log-entry';
import type { FilePosition, Input } from './input.ts';
import type { LogPlace } from './log-place.ts';
import type { NodeLogCounters } from './node-log-counters.ts';
import type { RecordedLogs } from './recorded-logs.ts';
import { TailedLog } from './tailed-log.ts';

export interface FollowedFilesOptions {
  /** Those that are files. */
  readonly places: readonly LogPlace[];
  readonly recorded: RecordedLogs;
  /** Logs that the process before this one read; what stands in the files of others by now is not read. */
  readonly readBefore: readonly ProftpdLog[];
  /** When the first of these processes began, milliseconds since 1970. */
  readonly sinceMs: number;
  readonly counters: NodeLogCounters;
  readonly take: (input: Input) => void;
  /** Milliseconds since 1970, never going back. */
  readonly now: () => number;
  readonly warn: (message: string) => void;
}

/** The logs of a node that are files, read side by side in the pace in which they can be put together. */
export class FollowedFiles {
  readonly #options: FollowedFilesOptions;
  readonly #tails = new Map<ProftpdLog, TailedLog>();
  /** Logs whose file can't be opened, and why. */
  readonly #unreadable = new Map<ProftpdLog, string>();

  constructor(options: FollowedFilesOptions) {
    this.#options = options;
    for (const { path } of options.places) {
      if (!existsSync(path)) options.warn(`${path} is not there yet: it is read when it is`);
    }
    // Where the end of a file is that is new to us is recorded now, whenever it is read.
    for (const place of options.places) if (!options.readBefore.includes(place.log)) this.#open(place, null);
    if (!options.recorded.isLive) this.close();
  }

  /** Reads some; false: all are at their end. @throws what the system says of a file */
  read(): boolean {
    const { recorded } = this.#options;
    for (const place of this.#options.places) {
      if (!this.#tails.has(place.log)) this.#open(place, recorded.positions.get(place.log) ?? []);
    }
    const tails = [...this.#tails];
    const needed = tails.filter(([log]) => recorded.starves(log));
    const read = (some: typeof tails) => some.filter(([, tail]) => tail.read()).length > 0;
    return read(needed) || read(tails.filter((tail) => !needed.includes(tail)));
  }

  /** The next read begins where the recorded positions are. */
  close(): void {
    for (const tail of this.#tails.values()) tail.close();
    this.#tails.clear();
  }

  /** A file that can't be opened is tried again at each read, and holds up no other. */
  #open(place: LogPlace, positions: readonly FilePosition[] | null): void {
    const { counters, take, now, warn, sinceMs } = this.#options;
    try {
      this.#tails.set(place.log, new TailedLog({ place, positions, sinceMs, counters, take, now, warn }));
      this.#unreadable.delete(place.log);
    } catch (error) {
      const why = messageOf(error);
      if (this.#unreadable.get(place.log) !== why) {
        warn(
          `${place.path} can't be read: ${why}. Let the user of ingest read it (docs/UNMODIFIED-NODES.md, Permissions): it is tried again`,
        );
      }
      this.#unreadable.set(place.log, why);
    }
  }
}
