import { ForensicsError } from '../../error.ts';
import type { KafkaSettings } from '../../settings/kafka-settings.ts';
import type {
  Bus,
  Consumer,
  ConsumerHandlers,
  ConsumerOptions,
  GroupPartition,
  OffsetRange,
  PartitionId,
  Producer,
  TopicSpec,
} from '../port.ts';
import { Turns } from '../turns.ts';
import { connectAdmin, connectConsumer, connectProducer, type ClientOptions } from './client.ts';
import { connectionOptions } from './connection-options.ts';
import { KafkaAdmin } from './kafka-admin.ts';
import { KafkaConsumer } from './kafka-consumer.ts';
import { fromKafka } from './kafka-errors.ts';
import { KafkaLog } from './kafka-log.ts';
import { KafkaProducer } from './kafka-producer.ts';
import { SendLanes } from './send-lanes.ts';
import { TopicAdmin } from './topic-admin.ts';
import type { TopicProblem } from './topic-problem.ts';
import { TopicSizes } from './topic-sizes.ts';

export interface KafkaBusOptions {
  readonly settings: KafkaSettings;
  /** Told what goes wrong and is gone on from: lost connections, damaged batches. Must not throw. */
  readonly failed: (error: unknown) => void;
  /** Told what can't be gone on from, a consumer that has ended for good say: the process is to end, its supervisor starts it anew. */
  readonly fatal: (error: unknown) => void;
}

/**
 * The bus on Kafka 2.1 or later (tested with 4.1). Connects when it is first used.
 *
 * A send that Kafka does not acknowledge within FF_KAFKA_REQUEST_TIMEOUT_MS of the call is rejected with FF_LOG_UNAVAILABLE; the
 * first one on a topic may take twice that longer, to learn the topic's partitions. Everything else is answered, or fails, within
 * twice that time, but for commits: while a group is shared out anew they wait for the outcome.
 */
export class KafkaBus implements Bus {
  readonly #options: KafkaBusOptions;
  readonly #client: ClientOptions;
  readonly #admin: KafkaAdmin;
  readonly #topics: TopicAdmin;
  readonly #sizes: TopicSizes;
  readonly #lanes: SendLanes;
  readonly #turns = new Turns();
  readonly #consumers = new Set<KafkaConsumer>();
  #closing: Promise<void> | undefined;

  /** @throws ForensicsError FF_BAD_SETTING */
  constructor(options: KafkaBusOptions) {
    const { settings, failed } = options;
    const log = new KafkaLog(failed);
    this.#options = options;
    this.#client = { ...connectionOptions(settings), log: (entry) => log.write(entry) };
    this.#admin = new KafkaAdmin(() => connectAdmin(this.#client), settings.requestTimeoutMs);
    this.#topics = new TopicAdmin(this.#admin, settings.replication);
    this.#sizes = new TopicSizes((topic) => this.#admin.partitionCount(topic), failed);
    this.#lanes = new SendLanes({
      connect: () => connectProducer(this.#client),
      acks: settings.acks,
      compression: settings.compression,
      timeoutMs: settings.requestTimeoutMs,
    });
  }

  /** A topic that is there keeps its configuration: see {@link checkTopics}. @throws ForensicsError FF_TOPIC_MISMATCH, FF_LOG_UNAVAILABLE */
  ensureTopics(specs: readonly TopicSpec[]): Promise<void> {
    return this.#topics.ensure(specs);
  }

  /** What is wrong with the topics as they are. @throws ForensicsError FF_LOG_UNAVAILABLE */
  checkTopics(specs: readonly TopicSpec[]): Promise<TopicProblem[]> {
    return this.#topics.check(specs);
  }

  /** Every partition of the topic, as the group left it. @throws ForensicsError FF_UNKNOWN_TOPIC, FF_LOG_UNAVAILABLE */
  async groupPartitions(group: string, topic: string): Promise<GroupPartition[]> {
    const count = await this.#admin.partitionCount(topic);
    return this.#admin.describe(
      group,
      Array.from({ length: count }, (_, partition) => ({ topic, partition })),
    );
  }

  producer(): Producer {
    return new KafkaProducer(this.#sizes, this.#lanes);
  }

  /** @throws ForensicsError FF_UNKNOWN_TOPIC, FF_LOG_UNAVAILABLE */
  async consume(options: ConsumerOptions, handlers: ConsumerHandlers): Promise<Consumer> {
    if (this.#closing) throw new ForensicsError('FF_LOG_UNAVAILABLE', 'The bus is closed: open it again to consume');
    // Also finds the group's coordinator, which a young cluster has to make first: kafkajs would end and begin anew meanwhile.
    for (const topic of options.topics) await this.groupPartitions(options.group, topic);
    const { sessionTimeoutMs, requestTimeoutMs } = this.#options.settings;
    const consumer = new KafkaConsumer(options, handlers, {
      connect: (group, events) => connectConsumer(this.#client, group, events),
      describe: (group, partitions) => this.#admin.describe(group, partitions),
      offsets: (partition) => this.offsets(partition),
      sessionTimeoutMs,
      requestTimeoutMs,
      turns: this.#turns,
      fatal: this.#options.fatal,
      closed: (closed) => this.#consumers.delete(closed),
    });
    this.#consumers.add(consumer);
    try {
      await consumer.start();
    } catch (error) {
      this.#consumers.delete(consumer);
      await consumer.close();
      throw fromKafka(error, `Group ${options.group} can't be joined`);
    }
    return consumer;
  }

  async offsets(partition: PartitionId): Promise<OffsetRange> {
    await this.#sizes.check(partition);
    const ranges = await this.#admin.offsets(partition.topic);
    const range = ranges.get(partition.partition);
    if (range) return range;
    throw new ForensicsError(
      'FF_UNKNOWN_PARTITION',
      `Kafka tells no offsets of ${partition.topic}/${partition.partition}: it was just added, ask again`,
    );
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#consumers].map((consumer) => consumer.close()));
    await this.#lanes.close();
    await this.#admin.close();
  }
}
