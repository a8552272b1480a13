/** What was decided in one step of a run, in order. Any list is valid: what it lacks is 0, the calm choice. */
export type Decisions = readonly number[];

/** The decisions of one step: drawn from a seed, or read from those of an earlier run. */
export class Choices {
  /** What was decided so far. */
  readonly taken: number[] = [];
  readonly #next: (bound: number) => number;

  /** @param next of the next decision, which must lie in 0 … bound - 1 */
  constructor(next: (bound: number) => number) {
    this.#next = next;
  }

  static replayed(decisions: Decisions): Choices {
    let at = 0;
    return new Choices((bound) => (decisions[at++] ?? 0) % bound);
  }

  /** 0 … bound - 1 */
  below(bound: number): number {
    const decision = this.#next(bound);
    this.taken.push(decision);
    return decision;
  }

  /** low … high */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True in `percent` of 100 draws. */
  chance(percent: number): boolean {
    return this.below(100) >= 100 - percent;
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** One of a list, or nothing, without a decision, if it is empty. */
  pickAny<T>(list: readonly T[]): T | undefined {
    return list.length === 0 ? undefined : this.pick(list);
  }
}

/** Draws 0 … bound - 1: mulberry32, the same on every machine. */
export function drawsOf(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}
