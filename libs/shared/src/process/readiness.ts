/** Whether a service can do its work now. */
export interface Readiness {
  readonly isReady: boolean;
  /** What it rests on, or what is missing, one phrase each: `6 partitions`, `restoring 2 of 6 partitions`. May be empty. */
  readonly why: readonly string[];
}

/** As an operator reads it: `ready: 6 partitions`, `restoring 2 of 6 partitions`. */
export function describeReadiness({ isReady, why }: Readiness): string {
  const reasons = why.join(', ');
  if (!isReady) return reasons || 'not ready';
  return reasons ? `ready: ${reasons}` : 'ready';
}
