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

  constructor(options: FollowedFilesOptions) {
    this.#options = options;
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

  #open(place: LogPlace, positions: readonly FilePosition[] | null): void {
    const { counters, take, now, warn } = this.#options;
    this.#tails.set(place.log, new TailedLog({ place, positions, counters, take, now, warn }));
  }
}
