/**
 * Settles as `work` does, or rejects with `late` after `withinMs`; the work itself goes on then, and what comes of it is of no
 * more interest.
 */
export function within<T>(work: Promise<T>, withinMs: number, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), withinMs);
    work.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}
