/** Of one kind there is at most one warning in this time. */
const PAUSE_MS = 60_000;

/** A warning that others can provoke as often as they like: it is told now and then, with the number of those that were not. */
export class RareWarning {
  readonly #warn: (message: string) => void;
  readonly #now: () => number;
  #nextMs = 0;
  #untold = 0;

  /** @param now milliseconds of a clock that never goes back */
  constructor(warn: (message: string) => void, now: () => number) {
    this.#warn = warn;
    this.#now = now;
  }

  tell(message: string): void {
    const now = this.#now();
    if (now < this.#nextMs) {
      this.#untold += 1;
      return;
    }
    this.#warn(this.#untold === 0 ? message : `${message} (and ${this.#untold} more like it before)`);
    this.#nextMs = now + PAUSE_MS;
    this.#untold = 0;
  }
}
