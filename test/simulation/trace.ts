/** What happened in a run: in numbers, and in lines for a reader. */
export class Trace {
  readonly lines: string[] = [];
  /** How often, by what. */
  readonly counts = new Map<string, number>();
  readonly #isWritten: boolean;

  /** @param isWritten false: there are no lines, and they cost nothing */
  constructor(isWritten: boolean) {
    this.#isWritten = isWritten;
  }

  say(line: () => string): void {
    if (this.#isWritten) this.lines.push(line());
  }

  count(what: string, times = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + times);
  }
}
