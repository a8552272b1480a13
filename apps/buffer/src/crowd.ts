import type { HeldSession } from './fold/held-session.ts';

/** Bounds of one partition. */
export interface CrowdBounds {
  readonly sessions: number;
  /** Encoded bytes in all rings. */
  readonly ringBytes: number;
}

/**
 * The offset of a {@link Tick}'s `dropBefore` that keeps the sessions within their bounds: those that have been idle longest
 * go. 0: all may stay.
 */
export function dropBefore(sessions: Iterable<HeldSession>, bounds: CrowdBounds): number {
  const all = [...sessions];
  let ringBytes = all.reduce((sum, { session }) => sum + session.ringByteLength, 0);
  if (all.length <= bounds.sessions && ringBytes <= bounds.ringBytes) return 0;
  const longestIdleFirst = all.map(({ session }) => session).toSorted((a, b) => a.lastOffset - b.lastOffset);
  let dropped = 0;
  for (const { ringByteLength, lastOffset } of longestIdleFirst) {
    if (all.length - dropped <= bounds.sessions && ringBytes <= bounds.ringBytes) return lastOffset;
    ringBytes -= ringByteLength;
    dropped += 1;
  }
  return (longestIdleFirst.at(-1)?.lastOffset ?? -1) + 1;
}
