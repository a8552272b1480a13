import { isatty } from 'node:tty';

/** What is said may find no reader any more (a closed pipe): the process goes on without one. */
export function outliveReaders(): void {
  for (const output of [process.stdout, process.stderr]) output.on('error', () => {});
}

/**
 * Resolves at Ctrl-C or SIGTERM, and when the terminal that it runs on is closed. A second Ctrl-C or SIGTERM ends the process at once.
 * SIGHUP from elsewhere asks a service to read files again: one that has none to read goes on.
 */
export function endAsked(): Promise<void> {
  const beganOnTerminal = isatty(0);
  return new Promise((resolve) => {
    process.on('SIGHUP', () => {
      if (beganOnTerminal && !isatty(0)) resolve();
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        resolve();
        process.once(signal, () => process.exit(1));
      });
    }
  });
}

/**
 * Closes a service; false if that failed, or took longer, milliseconds: `failed` is told why. What was accepted is on the log by
 * then, and is gone on with after the next start.
 */
export async function drain(
  service: { close(): Promise<void> },
  withinMs: number,
  failed: (message: string) => void,
): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not drained after ${withinMs} ms; the next start goes on from there`)), withinMs);
  });
  try {
    await Promise.race([service.close(), late]);
    return true;
  } catch (error) {
    failed(String(error));
    return false;
  } finally {
    clearTimeout(timer);
  }
}
