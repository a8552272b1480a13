import type { Bus, OffsetRange } from '@fleet-forensics/shared/bus/port';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { DEAD_LETTERS } from '@fleet-forensics/shared/topics';
import { scanTopic } from '../topic-scan.ts';
import { type StoredLetter, storedLetter } from './stored-letter.ts';

/** Takes letters in their order; the next ones wait for it. What it keeps of them longer it copies. */
export type VisitLetters = (letters: readonly StoredLetter[]) => Promise<void> | void;

/**
 * Reads a part of forensic.dead-letters, a few megabytes at a time.
 * @param select offsets to read, begin included, end not, of those that are there now
 * @throws ForensicsError FF_UNKNOWN_TOPIC, FF_LOG_UNAVAILABLE, FF_TOPIC_MISMATCH if the topic has several partitions, and what
 * `visit` throws
 */
export function scanLetters(bus: Bus, select: (kept: OffsetRange) => OffsetRange, visit: VisitLetters): Promise<void> {
  return scanTopic(bus, {
    topic: DEAD_LETTERS,
    select: (partitions) => {
      if (partitions.length > 1) throw severalPartitions(partitions.length);
      return partitions.map(select);
    },
    visit: (records) => visit(records.map(storedLetter)),
  });
}

function severalPartitions(count: number): ForensicsError {
  return new ForensicsError(
    'FF_TOPIC_MISMATCH',
    `${DEAD_LETTERS} has ${count} partitions, and letters are named by their offsets in one: read it with another tool, and make it anew`,
  );
}
