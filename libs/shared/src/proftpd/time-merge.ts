import { type LogEntry, PROFTPD_LOGS, type ProftpdLog } from './log-entry.ts';

/**
 * Messages of a log that are looked at before one is released. A client can plant a line with any time: one far in the future
 * would hold back its log until all others are through. A message is therefore placed at the earliest time among its own and
 * those of this many behind it.
 */
export const LOOKAHEAD = 64;

/** Messages of one log that are held at most while another log has none. */
export const MAX_HELD = 10_000;

const US_PER_MS = 1000;

export interface PlacedEntry {
  readonly entry: LogEntry;
  /** Milliseconds since 1970 where the message stands among those of all logs; never goes back. */
  readonly atMs: number;
}

interface Held {
  readonly entry: LogEntry;
  placeMs: number;
}

interface Queue {
  readonly log: ProftpdLog;
  readonly held: Held[];
  open: boolean;
}

/** Merges logs by time. Each log keeps its own order; within a millisecond the logs have the order of {@link PROFTPD_LOGS}. */
export class TimeMerge {
  readonly #queues: readonly Queue[];
  #atMs = 0;

  constructor(logs: readonly ProftpdLog[]) {
    this.#queues = PROFTPD_LOGS.filter((log) => logs.includes(log)).map((log) => ({ log, held: [], open: true }));
  }

  /** A log whose next message is needed before anything can be released; undefined: none is. */
  get starving(): ProftpdLog | undefined {
    return this.#queues.find(({ open, held }) => open && held.length < LOOKAHEAD)?.log;
  }

  push(log: ProftpdLog, entry: LogEntry): void {
    const { held } = this.#queue(log);
    const placeMs = Math.floor(entry.timeUs / US_PER_MS);
    for (let index = held.length - 1; index >= 0; index -= 1) {
      const earlier = held[index]!;
      if (earlier.placeMs <= placeMs) break;
      earlier.placeMs = placeMs;
    }
    held.push({ entry, placeMs });
  }

  /** The log is at its end. */
  finish(log: ProftpdLog): void {
    this.#queue(log).open = false;
  }

  /**
   * Releases what can be: while no log starves, or one holds more than MAX_HELD, or up to `untilMs`, for live logs of which
   * one is silent.
   */
  *release(untilMs = -1): Generator<PlacedEntry> {
    for (;;) {
      const queue = this.#earliest();
      const head = queue?.held[0];
      if (!queue || !head) return;
      const full = this.#queues.some(({ held }) => held.length > MAX_HELD);
      if (head.placeMs > untilMs && !full && this.starving !== undefined) return;
      queue.held.shift();
      this.#atMs = Math.max(this.#atMs, head.placeMs);
      yield { entry: head.entry, atMs: this.#atMs };
    }
  }

  #earliest(): Queue | undefined {
    let earliest: Queue | undefined;
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const queue of this.#queues) {
      const head = queue.held[0];
      if (head && head.placeMs < earliestMs) {
        earliest = queue;
        earliestMs = head.placeMs;
      }
    }
    return earliest;
  }

  #queue(log: ProftpdLog): Queue {
    return this.#queues.find((queue) => queue.log === log)!;
  }
}
