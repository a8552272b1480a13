import type { Recording } from './simulation.ts';

/** Runs that a search for a shorter recording may cost. */
const MAX_RUNS = 600;

/**
 * A part of the recording's steps that still fails: delta debugging (Zeller, Hildebrandt: Simplifying and Isolating
 * Failure-Inducing Input), from halves down to single steps.
 * @param fails plays a recording
 */
export async function shrink(recording: Recording, fails: (shorter: Recording) => Promise<boolean>): Promise<Recording> {
  let { steps } = recording;
  let runs = 0;
  for (let size = Math.ceil(steps.length / 2); size >= 1 && runs < MAX_RUNS; size = Math.floor(size / 2)) {
    for (let at = 0; at < steps.length && runs < MAX_RUNS; runs++) {
      const fewer = steps.toSpliced(at, size);
      if (await fails({ ...recording, steps: fewer })) steps = fewer;
      else at += size;
    }
  }
  return { ...recording, steps };
}
