import { randomUUID } from 'node:crypto';
import type { Assignment, Batch, Bus, Consumer, ConsumerHandlers, OffsetRange } from '@fleet-forensics/shared/bus/port';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { DEAD_LETTERS } from '@fleet-forensics/shared/topics';
import { type StoredLetter, storedLetter } from './stored-letter.ts';

const BATCH = { maxBatchRecords: 500, maxBatchBytes: 4 * 1024 * 1024 };
const SILENCE_MS = 30_000;

/** Takes letters in their order; the next ones wait for it. What it keeps of them longer it copies. */
export type VisitLetters = (letters: readonly StoredLetter[]) => Promise<void> | void;

/**
 * Reads a part of forensic.dead-letters, a few megabytes at a time. It joins a group of its own, which commits nothing.
 * @param select offsets to read, begin included, end not, of those that are there now
 * @throws ForensicsError FF_UNKNOWN_TOPIC, FF_LOG_UNAVAILABLE, FF_TOPIC_MISMATCH if the topic has several partitions, and what
 * `visit` throws
 */
export async function scanLetters(bus: Bus, select: (kept: OffsetRange) => OffsetRange, visit: VisitLetters): Promise<void> {
  const scan = new Scan(select, visit);
  const group = `fleet-forensics-dead-letters-${randomUUID()}`;
  const consumer = await bus.consume({ group, topics: [DEAD_LETTERS], ...BATCH }, scan);
  try {
    await scan.done;
  } finally {
    await consumer.close();
  }
}

class Scan implements ConsumerHandlers {
  readonly #select: (kept: OffsetRange) => OffsetRange;
  readonly #visit: VisitLetters;
  readonly #outcome = Promise.withResolvers<void>();
  #silence: NodeJS.Timeout | undefined;
  #lastFailure: unknown;
  #end = 0;

  constructor(select: (kept: OffsetRange) => OffsetRange, visit: VisitLetters) {
    this.#select = select;
    this.#visit = visit;
    // It may fail before the one who waits for it does.
    this.#outcome.promise.catch(() => {});
    this.#listen();
  }

  get done(): Promise<void> {
    return this.#outcome.promise.finally(() => clearTimeout(this.#silence));
  }

  async assigned([partition, ...others]: readonly Assignment[], consumer: Consumer): Promise<void> {
    if (!partition) return;
    if (others.length > 0) return this.#outcome.reject(severalPartitions(others.length + 1));
    const { begin, end } = this.#select(partition);
    this.#end = Math.min(end, partition.end);
    const from = Math.max(begin, partition.begin);
    if (from < this.#end) return consumer.seek(partition, from);
    consumer.pause(partition);
    this.#outcome.resolve();
  }

  async batch(batch: Batch, consumer: Consumer): Promise<void> {
    clearTimeout(this.#silence);
    try {
      const wanted = batch.records.filter(({ offset }) => offset < this.#end);
      if (wanted.length > 0) await this.#visit(wanted.map(storedLetter));
      if (batch.records.at(-1)!.offset + 1 < this.#end) return this.#listen();
      this.#outcome.resolve();
    } catch (error) {
      // The bus would hand the same letters over again.
      this.#outcome.reject(error);
    }
    consumer.pause(batch);
  }

  /** At the end of the scan it comes too late to count. */
  async revoked(): Promise<void> {
    this.#outcome.reject(
      new ForensicsError('FF_PARTITION_LOST', `reading ${DEAD_LETTERS} was interrupted: run the command again`),
    );
  }

  failed(error: unknown): void {
    this.#lastFailure = error;
  }

  #listen(): void {
    this.#silence = setTimeout(() => {
      const problem = `nothing came from ${DEAD_LETTERS} for ${SILENCE_MS / 1000} s: look after the log, and run the command again`;
      this.#outcome.reject(new ForensicsError('FF_LOG_UNAVAILABLE', problem, { cause: this.#lastFailure }));
    }, SILENCE_MS);
  }
}

function severalPartitions(count: number): ForensicsError {
  return new ForensicsError(
    'FF_TOPIC_MISMATCH',
    `${DEAD_LETTERS} has ${count} partitions, and letters are named by their offsets in one: read it with another tool, and make it anew`,
  );
}
