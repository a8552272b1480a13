import type { OffsetRange, PartitionId } from './port.ts';

/** How far a consumer has come on a partition that it owns. */
export interface PartitionState extends PartitionId {
  /** Offset of the next record that is not handled. */
  readonly next: number;
  /** Offset of the next record to come, as far as that is known. */
  readonly end: number;
}

interface Progress {
  next: number;
  end: number;
  lastSignMs: number;
}

/**
 * How far a consumer has come on its partitions, and whether it goes on. One is stuck on a partition where records wait, the log
 * answers, and yet no batch was begun, done or failed for long: a restart mends that. While the log is away, and while a handler
 * fails again and again (a full disk), it would mend nothing, and the consumer counts as alive.
 */
export class PartitionProgress {
  readonly #nowMs: () => number;
  readonly #partitions = new Map<string, PartitionId & Progress>();

  /** @param nowMs of a clock that never goes back */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get all(): readonly PartitionState[] {
    return [...this.#partitions.values()].map(({ topic, partition, next, end }) => ({ topic, partition, next, end }));
  }

  /** Undefined: the partition is not owned any more. */
  nextOf(id: PartitionId): number | undefined {
    return this.#partitions.get(keyOf(id))?.next;
  }

  /** @param next offset of the first record that will be handed over */
  assigned({ topic, partition }: PartitionId, next: number, end: number): void {
    this.#partitions.set(keyOf({ topic, partition }), { topic, partition, next, end, lastSignMs: this.#nowMs() });
  }

  revoked(id: PartitionId): void {
    this.#partitions.delete(keyOf(id));
  }

  /** A batch was begun, or has failed: its records come again. @param end of the partition, as of the fetch */
  tried(id: PartitionId, end: number): void {
    this.#sign(id, (progress) => (progress.end = Math.max(progress.end, end)));
  }

  /** Everything below `next` is handled. */
  handled(id: PartitionId, next: number): void {
    this.#sign(id, (progress) => (progress.next = next));
  }

  /** What lies on the partition now; where nothing waits it is no wonder that nothing comes. */
  found(id: PartitionId, { begin, end }: OffsetRange): void {
    const progress = this.#partitions.get(keyOf(id));
    if (!progress) return;
    progress.end = end;
    if (Math.max(progress.next, begin) >= end) progress.lastSignMs = this.#nowMs();
  }

  /** The log did not tell what lies on the partition. */
  unknown(id: PartitionId): void {
    this.#sign(id, () => {});
  }

  /** Partitions on which nothing has happened for longer than this though records wait, a phrase each. */
  stuckFor(ms: number): string[] {
    const nowMs = this.#nowMs();
    return [...this.#partitions.values()]
      .filter(({ lastSignMs, next, end }) => next < end && nowMs - lastSignMs > ms)
      .map(({ topic, partition, next, lastSignMs }) => {
        const seconds = Math.round((nowMs - lastSignMs) / 1000);
        return `${topic}/${partition} has stood still at offset ${next} for ${seconds} s though records wait`;
      });
  }

  #sign(id: PartitionId, change: (progress: Progress) => void): void {
    const progress = this.#partitions.get(keyOf(id));
    if (!progress) return;
    progress.lastSignMs = this.#nowMs();
    change(progress);
  }
}

function keyOf({ topic, partition }: PartitionId): string {
  return `${topic}/${partition}`;
}
