import type { Assignment, Batch, Consumer, Ownership, Producer } from '@fleet-forensics/shared/bus/port';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { durationHistogram } from '@fleet-forensics/shared/metrics/metric';
import type { Warn } from '@fleet-forensics/shared/process/log';
import { RareWarning } from '@fleet-forensics/shared/process/rare-warning';
import type { Traces } from '@fleet-forensics/shared/process/traces';
import type { BufferSettings } from '@fleet-forensics/shared/settings/buffer-settings';
import { type BufferCounters, noBufferCounts } from './buffer-counters.ts';
import { CriterionTally } from './criterion-tally.ts';
import { CHECKPOINT_BOUNDS, type CheckpointBounds } from './fold/checkpoint.ts';
import { addCounts, type FoldCounters, noCounts } from './fold/fold-counters.ts';
import { PartitionOwner } from './partition-owner.ts';

export interface SessionBufferPorts {
  readonly producer: Producer;
  readonly settings: BufferSettings;
  readonly warn: Warn;
  /** Undefined: nothing is traced. */
  readonly traces?: Traces | undefined;
  /** Milliseconds since 1970; decides only when to commit, never what, and tells how long a restoration took. */
  readonly now: () => number;
  readonly bounds?: CheckpointBounds;
}

/** Seconds: a restart reads 64 MiB and four times the live rings of each partition. */
const RESTORE_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

/** The partitions of forensic.session-events that this process owns. */
export class SessionBuffer {
  readonly #ports: SessionBufferPorts;
  readonly #owners = new Map<number, PartitionOwner>();
  /** Of the partitions that were handed over. */
  readonly #past = noCounts();
  readonly #counters = noBufferCounts();
  readonly #assignedMs = new Map<PartitionOwner, number>();
  /** Blocks that were asked for. */
  readonly criteria = new CriterionTally();
  /** From the assignment of a partition with something to replay until its rings are what they were. */
  readonly restoreSeconds = durationHistogram(
    'forensic_buffer_restore_seconds',
    'From the assignment of a partition until its rings are what they were before',
    RESTORE_BUCKETS,
  );
  /** Each partition may say them every few seconds while the log is away. */
  readonly #tickWarning: RareWarning;
  readonly #commitWarning: RareWarning;
  #isTicking = false;

  constructor(ports: SessionBufferPorts) {
    this.#ports = ports;
    this.#tickWarning = new RareWarning(ports.warn, ports.now);
    this.#commitWarning = new RareWarning(ports.warn, ports.now);
  }

  get owners(): readonly PartitionOwner[] {
    return [...this.#owners.values()];
  }

  /** What was folded since the start, replays included, and what was written. */
  get counts(): FoldCounters & BufferCounters {
    const sum = { ...this.#past };
    for (const { fold } of this.#owners.values()) addCounts(sum, fold.counters);
    return { ...sum, ...this.#counters };
  }

  assigned(assignments: readonly Assignment[], consumer: Consumer): void {
    const { producer, settings, warn, traces, bounds = CHECKPOINT_BOUNDS } = this.#ports;
    const { criteria } = this;
    const ports = { consumer, producer, settings, bounds, counters: this.#counters, criteria, warn, traces };
    for (const assignment of assignments) {
      const owner = new PartitionOwner(assignment, ports);
      this.#owners.set(assignment.partition, owner);
      if (!owner.fold.isLive) this.#assignedMs.set(owner, this.#ports.now());
    }
  }

  async take(batch: Batch, consumer: Consumer): Promise<void> {
    const owner = this.#owners.get(batch.partition);
    if (owner === undefined) {
      throw new ForensicsError('FF_PARTITION_LOST', `${batch.topic}/${batch.partition} sent a batch but is not assigned`);
    }
    await owner.take(batch, this.#ports.now());
    this.#noteRestored(owner);
    await consumer.heartbeat();
  }

  /** Commits what is acknowledged, then forgets the partitions: whoever gets them folds them again. */
  async revoked(ownerships: readonly Ownership[]): Promise<void> {
    const leaving = ownerships.flatMap(({ partition }) => this.#owners.get(partition) ?? []);
    for (const { partition } of ownerships) this.#owners.delete(partition);
    for (const owner of leaving) this.#assignedMs.delete(owner);
    for (const { fold } of leaving) addCounts(this.#past, fold.counters);
    await Promise.all(leaving.map((owner) => this.#commit(owner)));
  }

  /** Every few seconds: lets time pass in the log, and commits what no batch has committed. One that takes longer is waited for. */
  async tick(): Promise<void> {
    if (this.#isTicking) return;
    this.#isTicking = true;
    await Promise.all(this.owners.map((owner) => Promise.all([this.#commit(owner), this.#tick(owner)])));
    this.#isTicking = false;
  }

  #noteRestored(owner: PartitionOwner): void {
    const assignedMs = this.#assignedMs.get(owner);
    if (assignedMs === undefined || !owner.fold.isLive) return;
    this.#assignedMs.delete(owner);
    // A clock that was set back in between.
    this.restoreSeconds.observe(Math.max(0, this.#ports.now() - assignedMs) / 1000);
  }

  async #tick(owner: PartitionOwner): Promise<void> {
    try {
      await owner.tick();
    } catch (error) {
      this.#tickWarning.tell(`the time could not be written to the log: ${String(error)}`);
    }
  }

  /** A commit that fails is made good by the next one, or by folding more again after a restart. */
  async #commit(owner: PartitionOwner): Promise<void> {
    try {
      await owner.commit(this.#ports.now());
    } catch (error) {
      this.#commitWarning.tell(`a position could not be committed: ${String(error)}`);
    }
  }
}
