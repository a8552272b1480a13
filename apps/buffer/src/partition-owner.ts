import type { Assignment, Batch, BusRecord, Consumer, OutgoingRecord, Producer } from '@fleet-forensics/shared/bus/port';
import { ForensicsError } from '@fleet-forensics/shared/error';
import type { BufferSettings } from '@fleet-forensics/shared/settings/buffer-settings';
import { BLOCKS, DEAD_LETTERS, SESSION_EVENTS } from '@fleet-forensics/shared/topics';
import { encodeTick } from '@fleet-forensics/shared/wire/codec';
import { deadLetter } from '@fleet-forensics/shared/wire/dead-letter';
import { encodePosition } from './commit-metadata.ts';
import { encodeBlock } from './fold/block.ts';
import { type Effect, PartitionFold } from './fold/partition-fold.ts';
import { startPointOf } from './start-point.ts';

interface Progress {
  readonly watermark: number;
  readonly position: number;
}

interface OutgoingTo {
  readonly topic: string;
  readonly record: OutgoingRecord;
}

/**
 * One partition while this process owns it: its fold, the effects that are not acknowledged yet, and its commits. Publish
 * first, commit last.
 */
export class PartitionOwner {
  readonly fold: PartitionFold;
  readonly #assignment: Assignment;
  readonly #consumer: Consumer;
  readonly #producer: Producer;
  readonly #settings: BufferSettings;
  #outbox: OutgoingTo[] = [];
  /** Everything below it is folded and its effects are acknowledged. */
  #acknowledged: Progress | undefined;
  #committedPosition: number | undefined;
  #lastCommitMs = 0;
  #isCommitting = false;

  /** @param warn told if part of the log that the commit refers to is not there */
  constructor(
    assignment: Assignment,
    consumer: Consumer,
    producer: Producer,
    settings: BufferSettings,
    warn: (message: string) => void,
  ) {
    const { start, liveFrom, warning } = startPointOf(assignment);
    if (warning) warn(warning);
    this.#assignment = assignment;
    this.#consumer = consumer;
    this.#producer = producer;
    this.#settings = settings;
    this.fold = new PartitionFold(assignment.partition, start, liveFrom);
    consumer.seek(assignment, start);
  }

  /**
   * Folds a batch and publishes what it asks for. After a rejection the same records come again: those already folded are
   * passed over, and what could not be published is tried again.
   */
  async take(batch: Batch, nowMs: number): Promise<void> {
    for (const record of batch.records) {
      if (record.offset < this.fold.position) continue;
      for (const effect of this.fold.apply(record)) this.#outbox.push(...this.#outgoing(effect, record));
    }
    const progress = { watermark: this.fold.watermark(), position: this.fold.position };
    await this.#publish();
    if (!this.fold.isLive) return;
    this.#acknowledged = progress;
    if (nowMs - this.#lastCommitMs >= this.#settings.commitMs) await this.commit(nowMs);
  }

  /** Commits what is acknowledged and not committed yet. */
  async commit(nowMs: number): Promise<void> {
    const progress = this.#acknowledged;
    if (progress === undefined || progress.position === this.#committedPosition || this.#isCommitting) return;
    this.#isCommitting = true;
    try {
      await this.#consumer.commit(this.#assignment, {
        offset: progress.watermark,
        metadata: encodePosition(progress.position),
      });
      this.#committedPosition = progress.position;
      this.#lastCommitMs = nowMs;
    } finally {
      this.#isCommitting = false;
    }
  }

  /** Writes the time to the log while there are sessions that could be waiting for it. */
  async tick(): Promise<void> {
    if (!this.fold.isLive || this.fold.sessionCount === 0) return;
    const { idleS, sessions } = this.#settings;
    const value = encodeTick({ idleS, maxSessions: sessions });
    await this.#producer.send(SESSION_EVENTS, [{ key: null, value, partition: this.#assignment.partition }]);
  }

  /** What is acknowledged leaves the outbox at once: the rest is tried again with the next batch, and nothing twice. */
  async #publish(): Promise<void> {
    for (const topic of [BLOCKS, DEAD_LETTERS]) {
      const records = this.#outbox.filter((outgoing) => outgoing.topic === topic).map(({ record }) => record);
      if (records.length > 0) await this.#producer.send(topic, records);
      this.#outbox = this.#outbox.filter((outgoing) => outgoing.topic !== topic);
    }
  }

  /** A block that can't be encoded (a damaged message list in its ring) is told with the record that asked for it. */
  #outgoing(effect: Effect, record: BusRecord): OutgoingTo[] {
    if (effect.kind === 'poison') return [this.#letter(record, effect.error)];
    try {
      const key = Buffer.from(effect.block.header.file);
      return encodeBlock(effect.block).map((value) => ({ topic: BLOCKS, record: { key, value } }));
    } catch (error) {
      return [this.#letter(record, error)];
    }
  }

  #letter(record: BusRecord, error: unknown): OutgoingTo {
    const reason = error instanceof ForensicsError ? error : new ForensicsError('FF_FOLD_FAILED', String(error));
    return { topic: DEAD_LETTERS, record: deadLetter(this.#assignment, record, reason) };
  }
}
