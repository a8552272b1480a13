export type SpoolMode = 'direct' | 'spooling' | 'draining';

/**
 * Which way a record takes, by what happened to those before it. Records go to the log only while none waits in the spool: so
 * nothing overtakes what was spooled.
 *
 *              spooled              forwarded, some left
 *     direct ───────────▶ spooling ──────────────────────▶ draining
 *       ▲                    ▲ │                             │ │
 *       │                    └─┼──────── not forwarded ──────┘ │
 *       └──────────────────────┴──── forwarded, none left ─────┘
 */
export class SpoolFlow {
  #depth: number;
  #isLogAway: boolean;

  /** @param depth records that an earlier process left in the spool */
  constructor(depth: number) {
    this.#depth = depth;
    this.#isLogAway = depth > 0;
  }

  get mode(): SpoolMode {
    if (this.#depth === 0) return 'direct';
    return this.#isLogAway ? 'spooling' : 'draining';
  }

  /** Records in the spool, or on their way into it. */
  get depth(): number {
    return this.#depth;
  }

  /** Records are about to be appended: from this moment on everything goes behind them. */
  spooled(count: number): void {
    if (this.#depth === 0) this.#isLogAway = true;
    this.#depth += count;
  }

  /** The spool could not take them. */
  refused(count: number): void {
    this.#depth -= count;
  }

  /** Its oldest records are in the log, and are gone from the spool for good. */
  forwarded(count: number): void {
    this.#depth -= count;
    this.#isLogAway = false;
  }

  /** The log took none of its oldest records, or part of them. */
  notForwarded(): void {
    this.#isLogAway = true;
  }
}
