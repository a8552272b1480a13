/** One row of the table: run several times, its median printed beside what is to be reached. */
export interface Measure {
  readonly name: string;
  readonly unit: string;
  /** To be at least (or at most) this. */
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly digits?: number;
  /** Figures that are printed and not judged have neither bound. */
  run(): Promise<number> | number;
}

export const RUNS = Number(process.env['RUNS'] ?? 5);

/** Runs each measure RUNS times after one that does not count, prints its row at once; false if one missed its bound. */
export async function printTable(measures: readonly Measure[]): Promise<boolean> {
  process.stdout.write(`| measure | median of ${RUNS} | lowest | highest | to reach |\n| --- | --- | --- | --- | --- |\n`);
  let isReached = true;
  for (const measure of measures) {
    await measure.run();
    const figures: number[] = [];
    for (let run = 0; run < RUNS; run++) figures.push(await measure.run());
    figures.sort((a, b) => a - b);
    const median = figures[Math.floor(figures.length / 2)]!;
    const { atLeast = -Infinity, atMost = Infinity } = measure;
    const isMissed = median < atLeast || median > atMost;
    isReached &&= !isMissed;
    process.stdout.write(`${row(measure, median, figures)}${isMissed ? ' missed |' : ' |'}\n`);
  }
  return isReached;
}

function row({ name, unit, digits = 0, atLeast, atMost }: Measure, median: number, figures: readonly number[]): string {
  const shown = (figure: number) => `${figure.toLocaleString('en', { maximumFractionDigits: digits })} ${unit}`;
  let bound = '';
  if (atLeast !== undefined) bound = `≥ ${shown(atLeast)}`;
  if (atMost !== undefined) bound = `≤ ${shown(atMost)}`;
  return `| ${name} | ${shown(median)} | ${shown(figures[0]!)} | ${shown(figures.at(-1)!)} | ${bound}`;
}
