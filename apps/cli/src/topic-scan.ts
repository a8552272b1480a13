import { randomUUID } from 'node:crypto';
import type {
  Assignment,
  Batch,
  Bus,
  BusRecord,
  Consumer,
  ConsumerHandlers,
  OffsetRange,
} from '@fleet-forensics/shared/bus/port';
import { ForensicsError } from '@fleet-forensics/shared/error';

const BATCH = { maxBatchRecords: 500, maxBatchBytes: 4 * 1024 * 1024 };
const SILENCE_MS = 30_000;

export interface TopicScan {
  readonly topic: string;
  /** Offsets to read of each partition, begin included, end not, of those that are there now. What it throws ends the scan. */
  select(partitions: readonly Assignment[]): readonly OffsetRange[];
  /** Takes a partition's records in their order; its next ones wait for it. What it keeps of them longer it copies. */
  visit(records: readonly BusRecord[]): Promise<void> | void;
}

/**
 * Reads a part of a topic, a few megabytes at a time. It joins a group of its own, which commits nothing.
 * @throws ForensicsError FF_UNKNOWN_TOPIC, FF_LOG_UNAVAILABLE, and what the scan's own functions throw
 */
export async function scanTopic(bus: Bus, scan: TopicScan): Promise<void> {
  const reader = new TopicReader(scan);
  const group = `fleet-forensics-${randomUUID()}`;
  const consumer = await bus.consume({ group, topics: [scan.topic], ...BATCH }, reader);
  try {
    await reader.done;
  } finally {
    await consumer.close();
  }
}

class TopicReader implements ConsumerHandlers {
  readonly #scan: TopicScan;
  readonly #outcome = Promise.withResolvers<void>();
  /** Where each partition's part ends that is not read yet. */
  readonly #ends = new Map<number, number>();
  #silence: NodeJS.Timeout | undefined;
  #lastFailure: unknown;

  constructor(scan: TopicScan) {
    this.#scan = scan;
    // It may fail before the one who waits for it does.
    this.#outcome.promise.catch(() => {});
    this.#listen();
  }

  get done(): Promise<void> {
    return this.#outcome.promise.finally(() => clearTimeout(this.#silence));
  }

  async assigned(partitions: readonly Assignment[], consumer: Consumer): Promise<void> {
    if (partitions.length === 0) return;
    try {
      const ranges = this.#scan.select(partitions);
      for (const [index, partition] of partitions.entries()) this.#begin(partition, ranges[index]!, consumer);
    } catch (error) {
      return this.#outcome.reject(error);
    }
    this.#endIfDone();
  }

  async batch(batch: Batch, consumer: Consumer): Promise<void> {
    clearTimeout(this.#silence);
    try {
      const end = this.#ends.get(batch.partition) ?? 0;
      const wanted = batch.records.filter(({ offset }) => offset < end);
      if (wanted.length > 0) await this.#scan.visit(wanted);
      if (batch.records.at(-1)!.offset + 1 < end) return this.#listen();
      this.#ends.delete(batch.partition);
      this.#listen();
      this.#endIfDone();
    } catch (error) {
      // The bus would hand the same records over again.
      this.#outcome.reject(error);
    }
    consumer.pause(batch);
  }

  /** At the end of the scan it comes too late to count. */
  async revoked(): Promise<void> {
    const problem = `reading ${this.#scan.topic} was interrupted: run the command again`;
    this.#outcome.reject(new ForensicsError('FF_PARTITION_LOST', problem));
  }

  failed(error: unknown): void {
    this.#lastFailure = error;
  }

  #begin(partition: Assignment, { begin, end }: OffsetRange, consumer: Consumer): void {
    const from = Math.max(begin, partition.begin);
    const to = Math.min(end, partition.end);
    if (from >= to) return consumer.pause(partition);
    this.#ends.set(partition.partition, to);
    consumer.seek(partition, from);
  }

  #endIfDone(): void {
    if (this.#ends.size === 0) this.#outcome.resolve();
  }

  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      const { topic } = this.#scan;
      const problem = `nothing came from ${topic} for ${SILENCE_MS / 1000} s: look after the log, and run the command again`;
      this.#outcome.reject(new ForensicsError('FF_LOG_UNAVAILABLE', problem, { cause: this.#lastFailure }));
    }, SILENCE_MS);
  }
}
