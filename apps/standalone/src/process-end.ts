import type { Recorder } from './recorder.ts';

/** A drain that takes longer is given up; what was accepted is in the log and is filed after the next start. */
const DRAIN_MS = 4500;

/** What is said may find no reader any more (a closed pipe): the recorder goes on without one. */
export function outliveReaders(): void {
  for (const output of [process.stdout, process.stderr]) output.on('error', () => {});
}

/** Resolves at Ctrl-C or SIGTERM. A second one ends the process at once. */
export function endAsked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        resolve();
        process.once(signal, () => process.exit(1));
      });
    }
  });
}

/** Closes the recorder; false if that took too long or failed, with the reason on stderr. */
export async function drain(recorder: Recorder): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not drained after ${DRAIN_MS} ms; the next start goes on from there`)), DRAIN_MS);
  });
  try {
    await Promise.race([recorder.close(), late]);
    return true;
  } catch (error) {
    process.stderr.write(`${String(error)}\n`);
    return false;
  } finally {
    clearTimeout(timer);
  }
}
