import type { Readiness } from '@fleet-forensics/shared/process/readiness';
import type { SessionBuffer } from './session-buffer.ts';

/** A buffer is ready when the rings of all of its partitions are what they were before it got them: until then it files nothing. */
export function readinessOf({ owners }: Pick<SessionBuffer, 'owners'>): Readiness {
  const restoring = owners.filter(({ fold }) => !fold.isLive).length;
  if (restoring === 0) return { isReady: true, why: [`${owners.length} partitions`] };
  return { isReady: false, why: [`restoring ${restoring} of ${owners.length} partitions`] };
}
