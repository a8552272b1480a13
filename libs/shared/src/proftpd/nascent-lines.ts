import type { LogEntry } from './log-entry.ts';

/** Processes that have not shown yet whether they are a session's; beyond it the longest known is taken for a daemon. */
const MAX_PROCESSES = 1000;
/** Lines of one of them; a session shows what it is within some fifty. */
const MAX_LINES = 512;
const MAX_AGE_MS = 5000;

interface Nascent {
  readonly entry: LogEntry;
  readonly atMs: number;
}

/** What is held, as plain data. */
export interface NascentState {
  readonly processes: Map<number, Nascent[]>;
  readonly daemons: number;
}

/**
 * Lines of processes that may be the daemon or a session in its first moments, before it knows its client. They are held until
 * the session shows itself; the daemon's own are counted and let go.
 */
export class NascentLines {
  readonly #processes: Map<number, Nascent[]>;
  /** Lines that turned out to be the daemon's own. */
  daemons: number;

  /** @param state that is continued */
  constructor(state?: NascentState) {
    this.#processes = state?.processes ?? new Map<number, Nascent[]>();
    this.daemons = state?.daemons ?? 0;
  }

  get state(): NascentState {
    return { processes: this.#processes, daemons: this.daemons };
  }

  hold(entry: LogEntry, atMs: number): void {
    const lines = this.#processes.get(entry.pid) ?? [];
    if (lines.length === 0) this.#processes.set(entry.pid, lines);
    lines.push({ entry, atMs });
    while (lines.length > MAX_LINES || lines[0]!.atMs + MAX_AGE_MS < atMs) {
      lines.shift();
      this.daemons += 1;
    }
    if (this.#processes.size > MAX_PROCESSES) this.#forget(this.#processes.keys().next().value!);
  }

  /** The first lines of a session that has shown itself at `atMs`. */
  take(pid: number, atMs: number): LogEntry[] {
    const lines = this.#processes.get(pid) ?? [];
    this.#processes.delete(pid);
    const own = lines.filter((line) => line.atMs + MAX_AGE_MS >= atMs);
    this.daemons += lines.length - own.length;
    return own.map(({ entry }) => entry);
  }

  /** Nothing more comes. */
  finish(): void {
    for (const pid of this.#processes.keys()) this.#forget(pid);
  }

  #forget(pid: number): void {
    this.daemons += this.#processes.get(pid)?.length ?? 0;
    this.#processes.delete(pid);
  }
}
