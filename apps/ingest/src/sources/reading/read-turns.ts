/** Longest that connections keep the event loop before others, HTTP among them, get their turn. */
const TURN_MS = 5;

/** Has bytes that wait to be read. */
export interface WaitingReader {
  readWaiting(): void;
}

/**
 * Shares the event loop between connections and the rest: in each of its turns their bytes are read for a bounded time; what comes
 * later waits for the next turn, first come, first served. Each waits once, so their number bounds it.
 */
export class ReadTurns {
  readonly #now: () => number;
  readonly #waiting = new Set<WaitingReader>();
  #endMs = 0;
  #next: NodeJS.Immediate | null = null;

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** False: this turn's time is over, and who wants to read waits. */
  hasTime(): boolean {
    const now = this.#now();
    if (this.#next === null) this.#begin(now);
    return now < this.#endMs;
  }

  /** It is told to read in a turn to come. */
  wait(reader: WaitingReader): void {
    this.#waiting.add(reader);
  }

  forget(reader: WaitingReader): void {
    this.#waiting.delete(reader);
  }

  #begin(now: number): void {
    this.#endMs = now + TURN_MS;
    this.#next = setImmediate(() => {
      this.#next = null;
      if (this.#waiting.size > 0) this.#readWaiting();
    });
  }

  #readWaiting(): void {
    this.#begin(this.#now());
    for (const reader of this.#waiting) {
      if (this.#now() >= this.#endMs) return;
      this.#waiting.delete(reader);
      reader.readWaiting();
    }
  }
}
