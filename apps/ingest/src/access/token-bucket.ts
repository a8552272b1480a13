/** What may be spent: so many units a second, and those of one second at once. What is spent beyond that is owed. */
export class TokenBucket {
  readonly #perS: number;
  #level: number;
  #atMs: number;

  /** @param nowMs of a clock that never goes back */
  constructor(perS: number, nowMs: number) {
    this.#perS = perS;
    this.#level = perS;
    this.#atMs = nowMs;
  }

  /** Seconds until nothing is owed any more; 0: something may be spent. */
  waitS(nowMs: number): number {
    this.#fill(nowMs);
    return this.#level > 0 ? 0 : (1 - this.#level) / this.#perS;
  }

  spend(units: number, nowMs: number): void {
    this.#fill(nowMs);
    this.#level -= units;
  }

  #fill(nowMs: number): void {
    this.#level = Math.min(this.#perS, this.#level + ((nowMs - this.#atMs) / 1000) * this.#perS);
    this.#atMs = nowMs;
  }
}
