/** What a peer tells its parent when it has handled everything. Both since its first event; CPU of all threads. */
export interface Spent {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Tells the parent when the last of so many events is handled. */
export class Tally {
  readonly #expected: number;
  #handled = 0;
  #startMs = 0;
  #cpu: NodeJS.CpuUsage | undefined;

  constructor(expected: number) {
    this.#expected = expected;
  }

  started(): void {
    if (this.#cpu) return;
    this.#startMs = performance.now();
    this.#cpu = process.cpuUsage();
  }

  handled(): void {
    this.#handled++;
    if (this.#handled !== this.#expected) return;
    const { user, system } = process.cpuUsage(this.#cpu);
    const seconds = (performance.now() - this.#startMs) / 1000;
    process.send!({ seconds, cpuSeconds: (user + system) / 1e6 } satisfies Spent);
  }
}
