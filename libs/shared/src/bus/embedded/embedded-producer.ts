import { ForensicsError } from '../../error.ts';
import { partitionOfKey } from '../murmur2.ts';
import type { OutgoingRecord, Producer } from '../port.ts';
import type { PartitionLog } from './partition-log.ts';
import type { Topic, TopicCatalogue } from './topic-catalogue.ts';
import type { WriteQueue } from './write-queue.ts';

/** Key and value of one record, bytes: Kafka's default message.max.bytes. */
export const MAX_STORED_RECORD_BYTES = 1024 * 1024;

/** Appends to the log. Keys and values belong to it until `send` settles. A send is appended whole or not at all. */
export class EmbeddedProducer implements Producer {
  readonly #topics: TopicCatalogue;
  readonly #writes: WriteQueue;
  readonly #now: () => number;
  #keyless = 0;

  constructor(topics: TopicCatalogue, writes: WriteQueue, now: () => number) {
    this.#topics = topics;
    this.#writes = writes;
    this.#now = now;
  }

  async send(topicName: string, records: readonly OutgoingRecord[]): Promise<void> {
    const topic = this.#topics.topic(topicName);
    let bytes = 0;
    for (const record of records) bytes += checkedSize(topicName, record);
    const appends = this.#byPartition(topic, records);
    if (appends.size === 0) return;
    await this.#writes.run(bytes, (transaction) => {
      const nowMs = this.#now();
      for (const [partition, ofPartition] of appends) partition.append(transaction, ofPartition, nowMs);
    });
  }

  #byPartition(topic: Topic, records: readonly OutgoingRecord[]): Map<PartitionLog, OutgoingRecord[]> {
    const appends = new Map<PartitionLog, OutgoingRecord[]>();
    for (const record of records) {
      const partition = this.#topics.partition({ topic: topic.spec.name, partition: this.#choose(topic, record) });
      const append = appends.get(partition);
      if (append) append.push(record);
      else appends.set(partition, [record]);
    }
    return appends;
  }

  #choose({ partitions }: Topic, { key, partition }: OutgoingRecord): number {
    if (partition !== undefined) return partition;
    if (key !== null) return partitionOfKey(key, partitions.length);
    return this.#keyless++ % partitions.length;
  }
}

function checkedSize(topic: string, { key, value }: OutgoingRecord): number {
  const bytes = value.length + (key?.length ?? 0);
  if (bytes <= MAX_STORED_RECORD_BYTES) return bytes;
  throw new ForensicsError(
    'FF_RECORD_TOO_LARGE',
    `A record for ${topic} has ${bytes} bytes of key and value, ${MAX_STORED_RECORD_BYTES} are the most: split it`,
  );
}
