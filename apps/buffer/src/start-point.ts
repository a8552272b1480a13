import type { Assignment } from '@fleet-forensics/shared/bus/port';
import { decodePosition } from '@fleet-forensics/shared/wire/commit-position';

/** Where the fold of a partition begins. */
export interface StartPoint {
  /** Offset of the first record to fold. */
  readonly start: number;
  /** Effects of records below it were acknowledged before. */
  readonly liveFrom: number;
  /** What an operator must know: part of the log that the commit refers to is not there. */
  readonly warning?: string;
}

/** From the group's commit and what the log still holds. */
export function startPointOf(assignment: Assignment): StartPoint {
  const { topic, partition, committed, begin, end } = assignment;
  if (committed === null) return { start: begin, liveFrom: begin };
  const where = `${topic}/${partition}`;
  const position = decodePosition(committed.metadata) ?? committed.offset;
  if (position > end) {
    const warning = `${where}: the commit is at ${position} but the log ends at ${end}; it was made anew, folding all of it`;
    return { start: begin, liveFrom: begin, warning };
  }
  if (committed.offset < begin) {
    const warning =
      `${where}: retention has deleted ${begin - committed.offset} records that live sessions still needed ` +
      `(${committed.offset} to ${begin}); their blocks will show the gap. Raise the topic's retention.`;
    return { start: begin, liveFrom: Math.max(begin, position), warning };
  }
  return { start: committed.offset, liveFrom: position };
}
