import type { Readiness } from '@fleet-forensics/shared/process/readiness';
import type { SessionBuffer } from './session-buffer.ts';

/**
 * A buffer is ready when it has partitions, and the rings of all of them are what they were before it got them: until then it files
 * nothing.
 */
export function readinessOf({ owners }: Pick<SessionBuffer, 'owners'>): Readiness {
  if (owners.length === 0) return { isReady: false, why: ['no partitions'] };
  const restoring = owners.filter(({ fold }) => !fold.isLive).length;
  if (restoring === 0) return { isReady: true, why: [`${owners.length} partitions`] };
  return { isReady: false, why: [`restoring ${restoring} of ${owners.length} partitions`] };
}
