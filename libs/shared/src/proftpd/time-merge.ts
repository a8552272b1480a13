import { type LogEntry, PROFTPD_LOGS, type ProftpdLog } from './log-entry.ts';

/**
 * Messages of a log that are looked at before one is released. A client can plant a line with any time: one far in the future
 * would come behind all others. It is therefore placed at the time of the message behind it.
 */
export const LOOKAHEAD = 64;

/** Messages of one log that are held at most while another log has none. */
export const MAX_HELD = 10_000;

/**
 * Real times go back by up to a second: TransferLog writes whole seconds, `%{…}t` of a LogFormat takes the second from a clock that is
 * some milliseconds late, and a process that has to wait writes what it stamped before.
 */
const JITTER_MS = 2000;

/** Processes of one log of which the latest place is known. */
const MAX_PROCESSES = 10_000;

const US_PER_MS = 1000;

export interface PlacedEntry {
  readonly entry: LogEntry;
  /** Milliseconds since 1970 where the message stands among those of all logs; never goes back. */
  readonly atMs: number;
}

interface Held {
  readonly entry: LogEntry;
  readonly placeMs: number;
}

interface Queue {
  readonly log: ProftpdLog;
  /** By place. */
  readonly held: Held[];
  /** Of each process' latest message: its messages keep their order. */
  readonly lastPlaces: Map<number, number>;
  open: boolean;
}

/** What a merge holds, as plain data. */
export interface MergeState {
  readonly held: ReadonlyMap<ProftpdLog, Held[]>;
  readonly lastPlaces: ReadonlyMap<ProftpdLog, Map<number, number>>;
  readonly atMs: number;
}

/** Merges logs by time. What a process wrote to a log keeps its order; within a millisecond the logs have the order of {@link PROFTPD_LOGS}. */
export class TimeMerge {
  readonly #queues: readonly Queue[];
  #atMs: number;

  /** @param state of a merge that this one continues */
  constructor(logs: readonly ProftpdLog[], state?: MergeState) {
    const given = PROFTPD_LOGS.filter((log) => logs.includes(log));
    this.#queues = given.map((log) => ({
      log,
      held: state?.held.get(log) ?? [],
      lastPlaces: state?.lastPlaces.get(log) ?? new Map<number, number>(),
      open: true,
    }));
    this.#atMs = state?.atMs ?? 0;
  }

  get state(): MergeState {
    const held = new Map(this.#queues.map((queue) => [queue.log, queue.held]));
    const lastPlaces = new Map(this.#queues.map((queue) => [queue.log, queue.lastPlaces]));
    return { held, lastPlaces, atMs: this.#atMs };
  }

  /** No message is held. */
  get isEmpty(): boolean {
    return this.#queues.every(({ held }) => held.length === 0);
  }

  /** A log whose next message is needed before anything can be released; undefined: none is. */
  get starving(): ProftpdLog | undefined {
    return this.#queues.find(({ open, held }) => open && held.length < LOOKAHEAD)?.log;
  }

  /** The log's next message is needed before anything can be released. */
  starves(log: ProftpdLog): boolean {
    const { open, held } = this.#queue(log);
    return open && held.length < LOOKAHEAD;
  }

  /** @param nowMs of a live log, milliseconds since 1970: a message whose client planted a time to come is placed here */
  push(log: ProftpdLog, entry: LogEntry, nowMs = Number.POSITIVE_INFINITY): void {
    const queue = this.#queue(log);
    const stampMs = Math.min(Math.floor(entry.timeUs / US_PER_MS), nowMs);
    const lastMs = queue.lastPlaces.get(entry.pid) ?? 0;
    const placeMs = lastMs <= stampMs + JITTER_MS ? Math.max(stampMs, lastMs) : stampMs;
    if (queue.lastPlaces.size >= MAX_PROCESSES) queue.lastPlaces.clear();
    queue.lastPlaces.set(entry.pid, placeMs);
    if (nowMs === Number.POSITIVE_INFINITY) bringBack(queue.held, placeMs);
    insert(queue.held, { entry, placeMs });
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

/** Places what stands too far in the future where the log goes on now. */
function bringBack(held: Held[], placeMs: number): void {
  let from = held.length;
  while (from > 0 && held[from - 1]!.placeMs > placeMs + JITTER_MS) from -= 1;
  for (const { entry } of held.splice(from)) insert(held, { entry, placeMs });
}

/** Behind what has the same place. */
function insert(held: Held[], next: Held): void {
  let index = held.length;
  while (index > 0 && held[index - 1]!.placeMs > next.placeMs) index -= 1;
  if (index === held.length) held.push(next);
  else held.splice(index, 0, next);
}
