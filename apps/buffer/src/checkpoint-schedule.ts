import type { OutgoingRecord } from '@fleet-forensics/shared/bus/port';
import { type CheckpointBounds, encodeCheckpoint } from './fold/checkpoint.ts';
import type { HeldSession } from './fold/held-session.ts';
import type { PartitionFold } from './fold/partition-fold.ts';

/**
 * A session is written again when the partition has grown by this many times the bytes of all live sessions since its last
 * checkpoint: checkpoints are at most a quarter of what publishers write.
 */
const GROWTH = 4;

/** Bytes of checkpoints written at once: other records of the partition wait meanwhile. */
const MAX_BYTES_AT_ONCE = 16 * 1024 * 1024;

export interface DueCheckpoints {
  readonly count: number;
  /** Without their partition. */
  readonly records: readonly Pick<OutgoingRecord, 'key' | 'value'>[];
}

/**
 * Which sessions hold the watermark too far back and are due for a checkpoint. It decides when one is written; what is in it,
 * and that it counts, is the fold's.
 */
export class CheckpointSchedule {
  readonly #bytes: number;
  readonly #bounds: CheckpointBounds;
  /** The `as_of` of checkpoints that are written and not folded yet, by session. */
  readonly #onTheirWay = new Map<string, number>();

  /** @param bytes of the partition since what a session needs, before it is due */
  constructor(bytes: number, bounds: CheckpointBounds) {
    this.#bytes = bytes;
    this.#bounds = bounds;
  }

  /**
   * Checkpoints of the sessions that are due, as of the fold's position, those that hold the watermark first.
   * @param end of the partition's log: what is written now lies there, and must not come too late to count
   */
  due(fold: PartitionFold, end: number): DueCheckpoints {
    this.#settle(fold.position);
    const records: Pick<OutgoingRecord, 'key' | 'value'>[] = [];
    if (end - fold.position > this.#bounds.window / 2) return { count: 0, records };
    const asOf = fold.position - 1;
    // Those of one round follow each other in the log: the last ones are not to come too late to count.
    const maxRecords = this.#bounds.window / 4;
    let bytes = 0;
    let count = 0;
    for (const { session } of this.#sessionsDue(fold)) {
      if (bytes > MAX_BYTES_AT_ONCE || (count > 0 && records.length >= maxRecords)) break;
      const key = Buffer.from(session.key);
      for (const value of encodeCheckpoint(session, asOf, this.#bounds)) {
        records.push({ key, value });
        bytes += value.length;
      }
      this.#onTheirWay.set(session.key, asOf);
      count += 1;
    }
    return { count, records };
  }

  /** They may not have been written: they are due again. */
  failed(): void {
    this.#onTheirWay.clear();
  }

  /** What has not come back within the window does not count any more. */
  #settle(position: number): void {
    for (const [key, asOf] of this.#onTheirWay) if (position - asOf > this.#bounds.window) this.#onTheirWay.delete(key);
  }

  #sessionsDue(fold: PartitionFold): HeldSession[] {
    const limit = fold.bytes - this.#bytes;
    const candidates: HeldSession[] = [];
    let liveBytes = 0;
    for (const held of fold.sessions()) {
      liveBytes += held.session.ringByteLength + this.#bounds.stateBytes;
      if (held.neededFromBytes <= limit && !this.#isOnItsWay(held)) candidates.push(held);
    }
    return candidates
      .filter(({ neededFromBytes }) => fold.bytes - neededFromBytes >= GROWTH * liveBytes)
      .toSorted((a, b) => a.neededFrom - b.neededFrom);
  }

  #isOnItsWay({ session, neededFrom }: HeldSession): boolean {
    const asOf = this.#onTheirWay.get(session.key);
    if (asOf === undefined) return false;
    if (asOf >= neededFrom) return true;
    this.#onTheirWay.delete(session.key);
    return false;
  }
}
