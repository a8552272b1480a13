import type { GroupPartition } from '@fleet-forensics/shared/bus/port';
import { decodePosition } from '@fleet-forensics/shared/wire/commit-position';

/** How far a group has come on a partition, in offsets. */
export interface PartitionLag {
  readonly where: string;
  /** Where a restart would begin to read. */
  readonly watermark: number;
  /** Everything below it is done. */
  readonly position: number;
  readonly end: number;
  /** Records that are not done, as far as the group has committed that. */
  readonly lag: number;
}

/** A group that never committed on a partition begins at its first record. */
export function lagOf({ topic, partition, begin, end, committed }: GroupPartition): PartitionLag {
  const watermark = committed?.offset ?? begin;
  const position = Math.max(begin, decodePosition(committed?.metadata ?? '') ?? watermark);
  return { where: `${topic}/${partition}`, watermark, position, end, lag: Math.max(0, end - position) };
}
