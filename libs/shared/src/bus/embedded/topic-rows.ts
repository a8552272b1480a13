import { ForensicsError } from '../../error.ts';
import type { TopicSpec } from '../port.ts';
import type { LogFile, Statement } from './log-file.ts';
import type { PartitionState } from './log-rows.ts';
import { MAX_PARTITIONS } from './log-schema.ts';

/** A topic as it is stored: its partitions in order. */
export interface StoredTopic {
  readonly spec: TopicSpec;
  readonly partitions: readonly StoredPartition[];
}

export interface StoredPartition {
  /** Its number among all partitions of the log, for ever. */
  readonly ordinal: number;
  readonly state: PartitionState;
}

type TopicRow = [name: string, retentionMs: number, retentionBytes: number];
type PartitionRow = [ordinal: number, begin: number, end: number, bytes: number, timeMs: number];

/** The rows that say which topics there are. */
export class TopicRows {
  readonly #file: LogFile;
  readonly #topics: Statement;
  readonly #partitions: Statement;
  readonly #saveTopic: Statement;
  readonly #addPartition: Statement;
  readonly #countAll: Statement;

  constructor(file: LogFile) {
    this.#file = file;
    this.#topics = file.statement('select name, retention_ms, retention_bytes from topics order by name');
    this.#partitions = file.statement(
      'select ordinal, begin_offset, end_offset, bytes, time_ms from partitions where topic = ? order by partition',
    );
    this.#saveTopic = file.statement('insert or replace into topics values (?, ?, ?)');
    this.#addPartition = file.statement('insert into partitions values (?, ?, ?, 0, 0, 0, 0)');
    this.#countAll = file.statement('select count(*) from partitions');
  }

  /** @throws ForensicsError FF_LOG_UNAVAILABLE */
  all(): StoredTopic[] {
    return this.#file.read(() =>
      (this.#topics.all() as unknown as TopicRow[]).map(([name, retentionMs, retentionBytes]) => {
        const partitions = this.#partitionsOf(name);
        return { spec: { name, partitions: partitions.length, retentionMs, retentionBytes }, partitions };
      }),
    );
  }

  /**
   * Creates the topic, or gives the one that is there the spec's retention. Inside of a transaction of the file.
   * @throws ForensicsError FF_TOPIC_MISMATCH if it has another number of partitions; FF_TOO_MANY_PARTITIONS
   */
  ensure({ name, partitions, retentionMs, retentionBytes }: TopicSpec): void {
    const existing = this.#partitionsOf(name).length;
    if (existing !== 0 && existing !== partitions) {
      throw new ForensicsError(
        'FF_TOPIC_MISMATCH',
        `Topic ${name} has ${existing} partitions, not ${partitions}: keep the number it was made with, or drain it and use a new log`,
      );
    }
    this.#saveTopic.run(name, retentionMs, retentionBytes);
    if (existing === 0) this.#addPartitions(name, partitions);
  }

  #addPartitions(topic: string, count: number): void {
    const [first] = this.#countAll.get() as unknown as [number];
    if (first + count > MAX_PARTITIONS) {
      throw new ForensicsError(
        'FF_TOO_MANY_PARTITIONS',
        `Topic ${topic} would make ${first + count} partitions in this log, which holds ${MAX_PARTITIONS}: use fewer`,
      );
    }
    for (let partition = 0; partition < count; partition++) this.#addPartition.run(first + partition, topic, partition);
  }

  #partitionsOf(topic: string): StoredPartition[] {
    const rows = this.#partitions.all(topic) as unknown as PartitionRow[];
    return rows.map(([ordinal, begin, end, bytes, timeMs]) => ({ ordinal, state: { begin, end, bytes, timeMs } }));
  }
}
