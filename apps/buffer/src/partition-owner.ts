import type { Assignment, Batch, BusRecord, Consumer, OutgoingRecord, Producer } from '@fleet-forensics/shared/bus/port';
import { ForensicsError } from '@fleet-forensics/shared/error';
import type { Warn } from '@fleet-forensics/shared/process/log';
import type { OpenSpan, Traces } from '@fleet-forensics/shared/process/traces';
import type { BufferSettings } from '@fleet-forensics/shared/settings/buffer-settings';
import { BLOCKS, DEAD_LETTERS, SESSION_EVENTS } from '@fleet-forensics/shared/topics';
import { encodeTick } from '@fleet-forensics/shared/wire/codec';
import { deadLetter } from '@fleet-forensics/shared/wire/dead-letter';
import type { BufferCounters } from './buffer-counters.ts';
import { CheckpointSchedule } from './checkpoint-schedule.ts';
import type { CriterionTally } from './criterion-tally.ts';
import { encodePosition } from '@fleet-forensics/shared/wire/commit-position';
import { dropBefore } from './crowd.ts';
import { encodeBlock } from './fold/block.ts';
import type { CheckpointBounds } from './fold/checkpoint.ts';
import { type Effect, PartitionFold } from './fold/partition-fold.ts';
import { startPointOf } from './start-point.ts';
import { tracedBlock } from './traced-block.ts';

interface OutgoingTo {
  readonly topic: string;
  readonly record: OutgoingRecord;
  /** Of the block whose last record this is; it ends when that is acknowledged. */
  readonly span?: OpenSpan | undefined;
}

export interface PartitionOwnerPorts {
  readonly consumer: Consumer;
  readonly producer: Producer;
  readonly settings: BufferSettings;
  readonly bounds: CheckpointBounds;
  readonly counters: BufferCounters;
  readonly criteria: CriterionTally;
  readonly warn: Warn;
  /** Undefined: nothing is traced. */
  readonly traces?: Traces | undefined;
}

/**
 * One partition while this process owns it: its fold, the effects that are not acknowledged yet, its commits and checkpoints.
 * Publish first, commit last.
 */
export class PartitionOwner {
  readonly fold: PartitionFold;
  readonly #liveFrom: number;
  readonly #assignment: Assignment;
  readonly #ports: PartitionOwnerPorts;
  readonly #checkpoints: CheckpointSchedule;
  #outbox: OutgoingTo[] = [];
  #isTaking = false;
  #isCommitting = false;
  #committedPosition: number | undefined;
  #lastCommitMs = 0;

  constructor(assignment: Assignment, ports: PartitionOwnerPorts) {
    const { consumer, settings, bounds, warn } = ports;
    const { start, liveFrom, warning } = startPointOf(assignment);
    if (warning) warn(warning, { partition: assignment.partition });
    this.#liveFrom = liveFrom;
    this.#assignment = assignment;
    this.#ports = ports;
    this.#checkpoints = new CheckpointSchedule(settings.checkpointBytes, bounds);
    this.fold = new PartitionFold(assignment.partition, start, liveFrom, bounds.window);
    consumer.seek(assignment, start);
  }

  get partition(): number {
    return this.#assignment.partition;
  }

  /** Below it everything was folded, and its blocks acknowledged, here or by an earlier owner. */
  get position(): number {
    return Math.max(this.fold.position, this.#liveFrom);
  }

  /** Encoded messages in the rings of its live sessions. */
  get ringBytes(): number {
    let bytes = 0;
    for (const { session } of this.fold.sessions()) bytes += session.ringByteLength;
    return bytes;
  }

  /**
   * Folds a batch and publishes what it asks for. After a rejection the same records come again: those already folded are
   * passed over, and what could not be published is tried again.
   * @throws ForensicsError FF_PARTITION_LOST if the batch was fetched under another assignment: it may lie anywhere in the log
   */
  async take(batch: Batch, nowMs: number): Promise<void> {
    if (batch.epoch !== this.#assignment.epoch) {
      const where = `${batch.topic}/${batch.partition}`;
      throw new ForensicsError('FF_PARTITION_LOST', `${where}: a batch of an earlier assignment came late and is not folded`);
    }
    this.#isTaking = true;
    try {
      this.#fold(batch.records);
      await this.#publish();
      if (!this.fold.isLive || nowMs - this.#lastCommitMs < this.#ports.settings.commitMs) return;
      await this.#commit(nowMs);
      await this.#writeCheckpoints(batch.end);
    } finally {
      this.#isTaking = false;
    }
  }

  /** Commits what is folded and acknowledged, if nothing is in progress. */
  async commit(nowMs: number): Promise<void> {
    if (!this.#isTaking && this.#outbox.length === 0 && this.fold.isLive) await this.#commit(nowMs);
  }

  /** Writes the time to the log while there are sessions that could be waiting for it. */
  async tick(): Promise<void> {
    if (!this.fold.isLive || this.fold.sessionCount === 0) return;
    const { settings, producer } = this.#ports;
    const value = encodeTick({ idleS: settings.idleS, dropBefore: dropBefore(this.fold.sessions(), settings) });
    await producer.send(SESSION_EVENTS, [{ key: null, value, partition: this.#assignment.partition }]);
  }

  #fold(records: readonly BusRecord[]): void {
    for (const record of records) {
      if (record.offset < this.fold.position) continue;
      for (const effect of this.fold.apply(record)) this.#outbox.push(...this.#outgoing(effect, record));
    }
  }

  async #commit(nowMs: number): Promise<void> {
    const { position } = this.fold;
    if (position === this.#committedPosition || this.#isCommitting) return;
    this.#isCommitting = true;
    try {
      const metadata = encodePosition(position);
      await this.#ports.consumer.commit(this.#assignment, { offset: this.fold.watermark(), metadata });
      this.#committedPosition = position;
      this.#lastCommitMs = nowMs;
    } finally {
      this.#isCommitting = false;
    }
  }

  /** One that can't be written is no loss: a restart reads more of the log. */
  async #writeCheckpoints(end: number): Promise<void> {
    const { producer, counters, warn } = this.#ports;
    const { partition } = this.#assignment;
    const { count, records } = this.#checkpoints.due(this.fold, end);
    if (count === 0) return;
    try {
      await producer.send(
        SESSION_EVENTS,
        records.map((record) => ({ ...record, partition })),
      );
      counters.checkpointsWritten += count;
      for (const { value } of records) counters.checkpointBytes += value.length;
    } catch (error) {
      this.#checkpoints.failed();
      warn(`${SESSION_EVENTS}/${partition}: ${count} checkpoints could not be written: ${String(error)}`, { partition });
    }
  }

  /** What is acknowledged leaves the outbox at once: the rest is tried again with the next batch, and nothing twice. */
  async #publish(): Promise<void> {
    for (const topic of [BLOCKS, DEAD_LETTERS]) {
      const sent = this.#outbox.filter((outgoing) => outgoing.topic === topic);
      if (sent.length === 0) continue;
      await this.#ports.producer.send(
        topic,
        sent.map(({ record }) => record),
      );
      for (const { span } of sent) span?.end();
      this.#outbox = this.#outbox.filter((outgoing) => outgoing.topic !== topic);
    }
  }

  /** A block that can't be encoded (a damaged message list in its ring) is told with the record that asked for it. */
  #outgoing(effect: Effect, record: BusRecord): OutgoingTo[] {
    if (effect.kind === 'poison') return [this.#letter(record, effect.error)];
    const { block, span } = tracedBlock(effect.block, this.#ports.traces);
    try {
      const key = Buffer.from(block.header.file);
      const values = encodeBlock(block);
      this.#ports.criteria.add(block.header.criterion.name);
      return values.map((value, part) => ({ topic: BLOCKS, record: { key, value }, span: values[part + 1] ? undefined : span }));
    } catch (error) {
      span?.fail(error);
      return [this.#letter(record, error)];
    }
  }

  #letter(record: BusRecord, error: unknown): OutgoingTo {
    const reason = error instanceof ForensicsError ? error : new ForensicsError('FF_FOLD_FAILED', String(error));
    this.#ports.counters.deadLetters += 1;
    return { topic: DEAD_LETTERS, record: deadLetter(this.#assignment, record, reason) };
  }
}
