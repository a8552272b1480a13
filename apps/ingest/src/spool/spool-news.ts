import type { SpoolMode } from './spool-flow.ts';

/** While the log is away its operator is reminded this often. */
const REMIND_EVERY_MS = 60_000;

/** What is known of the spool when something is said. */
export interface SpoolStatus {
  readonly mode: SpoolMode;
  /** Records that wait. */
  readonly depth: number;
  /** How long the oldest of them has waited, milliseconds; 0 = none waits. */
  readonly ageMs: number;
}

/** Tells an operator that the log went away, is still away, and came back: each once, however many sends see it. */
export class SpoolNews {
  readonly #log: string;
  readonly #dir: string;
  readonly #warn: (message: string) => void;
  readonly #now: () => number;
  #isLogAway = false;
  #saidMs = 0;

  /**
   * @param log its name
   * @param now milliseconds
   */
  constructor(log: string, dir: string, warn: (message: string) => void, now: () => number) {
    this.#log = log;
    this.#dir = dir;
    this.#warn = warn;
    this.#now = now;
  }

  /** The log took nothing of a send, or of what was to be forwarded. */
  away(error: unknown, { depth, ageMs }: SpoolStatus): void {
    if (!this.#isLogAway) {
      this.#isLogAway = true;
      this.#say(`${this.#log} takes nothing now; events go on being accepted and wait in ${this.#dir}: ${String(error)}`);
    } else if (this.#now() - this.#saidMs >= REMIND_EVERY_MS) {
      this.#say(`${this.#log} still takes nothing: ${waiting(depth, ageMs)} in ${this.#dir}: ${String(error)}`);
    }
  }

  /** An earlier process left records. */
  left(depth: number): void {
    this.#isLogAway = true;
    this.#say(`${depth} records of an earlier run wait in ${this.#dir} and go to ${this.#log} first`);
  }

  /** The log took something, and nothing waits any more. */
  back(): void {
    if (!this.#isLogAway) return;
    this.#isLogAway = false;
    this.#say(`${this.#log} takes records again, and nothing waits in ${this.#dir} any more`);
  }

  #say(message: string): void {
    this.#saidMs = this.#now();
    this.#warn(message);
  }
}

function waiting(depth: number, ageMs: number): string {
  return `${depth} records wait, the oldest for ${Math.round(ageMs / 1000)} s,`;
}
