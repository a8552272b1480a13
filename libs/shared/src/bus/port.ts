/**
 * The log that connects the apps: Kafka, or the embedded log. A driver of this port passes test/contract.
 *
 * Guarantees of every driver
 * - Records of one partition have offsets 0, 1, 2 …, never reused, and record times (of the log's own clock) that never go back.
 * - A record with a key and no explicit partition lies in the partition of Kafka's default partitioner (murmur2 of the key).
 * - Within a group each partition has one owner. Its batches come one at a time, in order, and none before `assigned` settled.
 * - Delivery is at least once, from the committed offset, or from the partition's beginning if nothing is committed.
 */
export interface Bus {
  /** Creates what is missing. @throws ForensicsError FF_TOPIC_MISMATCH if a topic has another number of partitions */
  ensureTopics(specs: readonly TopicSpec[]): Promise<void>;
  producer(): Producer;
  /** Joins the group; resolves before the first batch is handed over. */
  consume(options: ConsumerOptions, handlers: ConsumerHandlers): Promise<Consumer>;
  /** Offsets of the oldest record kept and of the next record to come. */
  offsets(partition: PartitionId): Promise<OffsetRange>;
  /** Closes its consumers and producers. */
  close(): Promise<void>;
}

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  /** 0 = for ever. */
  readonly retentionMs: number;
  /** Per partition; 0 = no bound. */
  readonly retentionBytes: number;
}

export interface PartitionId {
  readonly topic: string;
  readonly partition: number;
}

export interface OffsetRange {
  readonly begin: number;
  readonly end: number;
}

export interface OutgoingRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
  /** Instead of the key's. */
  readonly partition?: number;
}

export interface Producer {
  /**
   * Appends the records, those of one partition in the order given, behind those of earlier calls. Resolves when they are
   * durable. After a rejection any part of them may have been appended.
   * @throws ForensicsError FF_LOG_UNAVAILABLE if the log can't be written now; FF_RECORD_TOO_LARGE, FF_UNKNOWN_TOPIC,
   * FF_UNKNOWN_PARTITION before anything is appended
   */
  send(topic: string, records: readonly OutgoingRecord[]): Promise<void>;
}

export interface BusRecord {
  readonly offset: number;
  /** The log's clock at the append, milliseconds since 1970. */
  readonly timeMs: number;
  readonly key: Uint8Array | null;
  /** Valid until the handler settles: what is kept longer is copied. */
  readonly value: Uint8Array;
}

/** A partition that a consumer owns, from one assignment until it is revoked. */
export interface Ownership extends PartitionId {
  /** Grows with each assignment of the partition: a commit under an older one is refused. */
  readonly epoch: number;
}

export interface Commit {
  /** Of the first record that is not done. */
  readonly offset: number;
  readonly metadata: string;
}

/** What lies on a partition and how far a group has come there. */
export interface GroupPartition extends PartitionId, OffsetRange {
  /** Null: the group never committed on it. */
  readonly committed: Commit | null;
}

export interface Assignment extends Ownership, GroupPartition {}

export interface Batch extends Ownership {
  /** At least one, in order. Offsets may have holes where retention or a seek cut. */
  readonly records: readonly BusRecord[];
  /** The offset of the next record to come, as of the fetch. */
  readonly end: number;
}

export interface ConsumerOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /** Bounds of one batch; at least one record always comes. */
  readonly maxBatchRecords: number;
  readonly maxBatchBytes: number;
}

export interface ConsumerHandlers {
  /** Partitions were assigned. Their first batches wait for it. It may seek and pause them. */
  assigned(assignments: readonly Assignment[], consumer: Consumer): Promise<void>;
  /** On rejection the same records come again after a pause that grows up to 5 s, and `failed` is told. */
  batch(batch: Batch, consumer: Consumer): Promise<void>;
  /**
   * Partitions are going or gone; no batch of theirs is running. On a planned hand-over (close, rebalance) commits are still taken
   * until it settles; on a loss they are refused.
   */
  revoked(ownerships: readonly Ownership[], consumer: Consumer): Promise<void>;
  /** Something went wrong that the driver goes on from. Must not throw. */
  failed(error: unknown): void;
}

export interface Consumer {
  /** The next batch starts at the record with this offset, or the first one behind it. */
  seek(partition: PartitionId, offset: number): void;
  /** No more batches of this partition until {@link resume}; one that is running goes on. */
  pause(partition: PartitionId): void;
  resume(partition: PartitionId): void;
  /** @throws ForensicsError FF_PARTITION_LOST if the partition is no longer owned under this epoch */
  commit(ownership: Ownership, commit: Commit): Promise<void>;
  /** Long handlers call it at least once a second. @throws ForensicsError FF_PARTITION_LOST if the group gave up on this consumer */
  heartbeat(): Promise<void>;
  /** Waits for running batches, hands its partitions over, leaves the group. */
  close(): Promise<void>;
}
