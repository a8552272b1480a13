/** Whether a service can do its work now. */
export interface Readiness {
  readonly isReady: boolean;
  /** What it rests on, or what is missing, one phrase each: `6 partitions`, `restoring 2 of 6 partitions`. May be empty. */
  readonly why: readonly string[];
}

/** Of services that run in one process: ready when all of them are; else with what the others miss. */
export function readinessOfAll(...services: readonly Readiness[]): Readiness {
  const waiting = services.filter(({ isReady }) => !isReady);
  return { isReady: waiting.length === 0, why: waiting.flatMap(({ why }) => why) };
}

/** As an operator reads it: `ready: 6 partitions`, `restoring 2 of 6 partitions`. */
export function describeReadiness({ isReady, why }: Readiness): string {
  const reasons = why.join(', ');
  if (!isReady) return reasons || 'not ready';
  return reasons ? `ready: ${reasons}` : 'ready';
}
