import { describeProblem, type Place, type Problem } from './problem.ts';

/** Problems that are kept; the others are counted. */
const MAX_KEPT = 100;

/** What was found wrong, in the order in which it was found. */
export class ProblemList {
  readonly #kept: Problem[] = [];
  #others = 0;

  get isEmpty(): boolean {
    return this.#kept.length === 0;
  }

  add(place: Place, text: string): void {
    if (this.#kept.length < MAX_KEPT) this.#kept.push({ place, text });
    else this.#others += 1;
  }

  /** A line each, and one for all that are only counted. */
  get lines(): string[] {
    const lines = this.#kept.map(describeProblem);
    return this.#others > 0 ? [...lines, `and ${this.#others} more`] : lines;
  }
}
