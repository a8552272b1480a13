import { setImmediate as nextTurn } from 'node:timers/promises';
import { ForensicsError } from '../../error.ts';
import type { Bus, Consumer, ConsumerHandlers, ConsumerOptions, OffsetRange, PartitionId, Producer, TopicSpec } from '../port.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { withDefaults, type EmbeddedLogOptions } from './embedded-log-options.ts';
import { EmbeddedProducer } from './embedded-producer.ts';
import { GroupCommits } from './group-commits.ts';
import { GroupMember } from './group-member.ts';
import { LogFile } from './log-file.ts';
import { LogRows } from './log-rows.ts';
import { RetentionTimer } from './retention.ts';
import { TopicCatalogue } from './topic-catalogue.ts';
import { TopicRows } from './topic-rows.ts';
import { Turns } from '../turns.ts';
import { WriteQueue } from './write-queue.ts';

/** Kafka's rule for the names of topics. */
const TOPIC_NAME = /^[\w.-]{1,249}$/;

/**
 * The log in one SQLite file, for one process: everything that has been acknowledged survives kill -9 and a power cut.
 * Its consumers share partitions with the other consumers of their group in this process.
 */
export class EmbeddedLog implements Bus {
  readonly #options: Required<EmbeddedLogOptions>;
  readonly #file: LogFile;
  readonly #rows: LogRows;
  readonly #topicRows: TopicRows;
  readonly #topics: TopicCatalogue;
  readonly #writes: WriteQueue;
  readonly #retention: RetentionTimer;
  readonly #turns = new Turns();
  readonly #groups = new Map<string, ConsumerGroup>();
  #closing: Promise<void> | undefined;

  /**
   * Opens the log, or makes it if it is missing.
   * @throws ForensicsError FF_LOG_IN_USE if it is open elsewhere, FF_LOG_VERSION if it has another format, FF_LOG_UNAVAILABLE
   */
  constructor(options: EmbeddedLogOptions) {
    this.#options = withDefaults(options);
    const { dir, maxFileBytes, maxQueuedBytes, now, retentionIntervalMs, failed } = this.#options;
    this.#file = new LogFile(dir, maxFileBytes);
    this.#rows = new LogRows(this.#file);
    this.#topicRows = new TopicRows(this.#file);
    this.#topics = new TopicCatalogue(this.#rows);
    this.#topics.update(this.#topicRows.all());
    this.#writes = new WriteQueue(this.#file, maxQueuedBytes);
    this.#retention = new RetentionTimer(this.#topics, this.#writes, { now, intervalMs: retentionIntervalMs }, failed);
  }

  /** All or none of them. A topic that is there takes the retention of its spec. */
  async ensureTopics(specs: readonly TopicSpec[]): Promise<void> {
    for (const spec of specs) refuseBadSpec(spec);
    await this.#writes.run(0, (transaction) => {
      for (const spec of specs) this.#topicRows.ensure(spec);
      const stored = this.#topicRows.all();
      transaction.onCommit(() => this.#topics.update(stored));
    });
  }

  producer(): Producer {
    return new EmbeddedProducer(this.#topics, this.#writes, this.#options.now);
  }

  /** @throws ForensicsError FF_UNKNOWN_TOPIC, FF_LOG_UNAVAILABLE if the log is closed */
  async consume(options: ConsumerOptions, handlers: ConsumerHandlers): Promise<Consumer> {
    if (this.#closing) throw new ForensicsError('FF_LOG_UNAVAILABLE', 'The log is closed: open it again to consume');
    for (const name of options.topics) this.#topics.topic(name);
    const { retryDelayMs } = this.#options;
    const group = this.#group(options.group);
    const commits = new GroupCommits(options.group, this.#rows, this.#topics, this.#writes);
    const leave = (leaving: GroupMember) => group.leave(leaving);
    const member = new GroupMember(options, handlers, { commits, turns: this.#turns, retryDelayMs, leave });
    group.join(member);
    return member;
  }

  async offsets(partition: PartitionId): Promise<OffsetRange> {
    return this.#topics.partition(partition).offsets;
  }

  /** What is filled of its file. @throws ForensicsError FF_LOG_UNAVAILABLE */
  get usedBytes(): number {
    return this.#file.usedBytes;
  }

  /**
   * Deletes the partition's records below `before`, as Kafka's DeleteRecords does (KIP-107). Resolves when that is durable.
   * @throws ForensicsError FF_UNKNOWN_TOPIC, FF_UNKNOWN_PARTITION, FF_LOG_UNAVAILABLE
   */
  async deleteRecords(id: PartitionId, before: number): Promise<void> {
    const partition = this.#topics.partition(id);
    while (await this.#writes.run(0, (transaction) => partition.deleteBelow(transaction, before))) await nextTurn();
  }

  /**
   * Gives the room of deleted records back to the file system; without it the file keeps its size and uses the room again. Meant
   * for a log that is all but empty: it copies what is left, and holds the event loop meanwhile (0.3 s a GiB given back).
   * @throws ForensicsError FF_LOG_UNAVAILABLE
   */
  shrink(): void {
    this.#file.shrink();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#groups.values()].map((group) => group.close()));
    await this.#retention.stop();
    try {
      await this.#writes.close();
    } finally {
      this.#file.close();
    }
  }

  #group(name: string): ConsumerGroup {
    const existing = this.#groups.get(name);
    if (existing) return existing;
    const group = new ConsumerGroup(this.#topics, this.#options.retryDelayMs);
    this.#groups.set(name, group);
    return group;
  }
}

function refuseBadSpec({ name, partitions, retentionMs, retentionBytes }: TopicSpec): void {
  const counts = Number.isInteger(partitions) && partitions > 0 && retentionMs >= 0 && retentionBytes >= 0;
  if (counts && TOPIC_NAME.test(name)) return;
  throw new ForensicsError(
    'FF_BAD_TOPIC',
    `Topic ${JSON.stringify(name)} with ${partitions} partitions, ${retentionMs} ms, ${retentionBytes} bytes can't be made: ` +
      'expected 1 to 249 of a-z A-Z 0-9 . _ -, at least one partition, and no negative retention',
  );
}
