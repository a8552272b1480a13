import { replay, type RunOptions, runSeed, type Run } from './simulation.ts';
import { shrink } from './shrink.ts';

/** What many seeds came to. */
export interface Campaign {
  readonly seeds: number;
  /** How often what happened, over all of them. */
  readonly counts: ReadonlyMap<string, number>;
  /** The first seed that went wrong; the campaign ended with it. */
  readonly failure?: Failure;
}

export interface Failure {
  readonly seed: number;
  readonly wrongs: readonly string[];
}

/** Runs seeds from `from` on until one goes wrong. */
export async function campaign(from: number, seeds: number, options: RunOptions = {}): Promise<Campaign> {
  const counts = new Map<string, number>();
  for (let seed = from; seed < from + seeds; seed++) {
    const { wrongs, trace } = await runSeed(seed, options);
    for (const [what, times] of trace.counts) counts.set(what, (counts.get(what) ?? 0) + times);
    if (wrongs.length > 0) return { seeds: seed - from + 1, counts, failure: { seed, wrongs } };
  }
  return { seeds, counts };
}

/** A run that goes wrong as the seed's does, in fewer steps, with its trace. */
export async function shortestFailure(seed: number, options: RunOptions = {}): Promise<Run> {
  const { recording } = await runSeed(seed, options);
  const shorter = await shrink(recording, async (tried) => (await replay(tried, options)).wrongs.length > 0);
  return replay(shorter, { ...options, isTraced: true });
}
