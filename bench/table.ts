/** A figure of each run. Its median is printed beside what is to be reached. */
export interface Row<T> {
  readonly name: string;
  readonly unit: string;
  /** To be at least (or at most) this. Figures that are printed and not judged have neither bound. */
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly digits?: number;
  of(run: T): number;
}

export interface Repeats {
  readonly counted: number;
  /** Before them. */
  readonly uncounted: number;
}

export const RUNS = Number(process.env['RUNS'] ?? 5);
const REPEATS: Repeats = { counted: RUNS, uncounted: 1 };

/** The one figure of a run that is a number. */
export const itself = (figure: number): number => figure;

export function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)]!;
}

/** Prints measures as they are made. */
export class Table {
  #isReached = true;

  constructor() {
    process.stdout.write(`| measure | median of ${RUNS} | lowest | highest | to reach |\n| --- | --- | --- | --- | --- |\n`);
  }

  /** False if a figure missed its bound. */
  get isReached(): boolean {
    return this.#isReached;
  }

  /** Runs it RUNS times after one that does not count, and prints its rows. @returns the runs that count */
  async measure<T>(run: () => Promise<T> | T, rows: readonly Row<NoInfer<T>>[], repeats = REPEATS): Promise<T[]> {
    for (let time = 0; time < repeats.uncounted; time++) await run();
    const runs: T[] = [];
    for (let time = 0; time < repeats.counted; time++) runs.push(await run());
    for (const row of rows) this.#print(row, runs);
    return runs;
  }

  #print<T>(row: Row<T>, runs: readonly T[]): void {
    const figures = runs.map((run) => row.of(run));
    const { atLeast = -Infinity, atMost = Infinity } = row;
    const middle = median(figures);
    // A figure that is not a number has not reached anything.
    const isMissed = !(middle >= atLeast && middle <= atMost);
    this.#isReached &&= !isMissed;
    process.stdout.write(`${line(row, middle, figures)}${isMissed ? ' missed |' : ' |'}\n`);
  }
}

function line<T>({ name, unit, digits = 0, atLeast, atMost }: Row<T>, middle: number, figures: readonly number[]): string {
  const shown = (figure: number) => `${figure.toLocaleString('en', { maximumFractionDigits: digits })} ${unit}`;
  let bound = '';
  if (atLeast !== undefined) bound = `≥ ${shown(atLeast)}`;
  if (atMost !== undefined) bound = `≤ ${shown(atMost)}`;
  if (figures.length === 1) return `| ${name} | ${shown(middle)} | once | | ${bound}`;
  return `| ${name} | ${shown(middle)} | ${shown(Math.min(...figures))} | ${shown(Math.max(...figures))} | ${bound}`;
}
