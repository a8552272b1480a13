import { Partitioner } from '../partitioner.ts';
import type { OutgoingRecord, Producer } from '../port.ts';
import { storedSize } from '../record-bounds.ts';
import type { PartitionLog } from './partition-log.ts';
import type { Topic, TopicCatalogue } from './topic-catalogue.ts';
import type { WriteQueue } from './write-queue.ts';

/** Appends to the log. Keys and values belong to it until `send` settles. A send is appended whole or not at all. */
export class EmbeddedProducer implements Producer {
  readonly #topics: TopicCatalogue;
  readonly #writes: WriteQueue;
  readonly #now: () => number;
  readonly #partitioner = new Partitioner();

  constructor(topics: TopicCatalogue, writes: WriteQueue, now: () => number) {
    this.#topics = topics;
    this.#writes = writes;
    this.#now = now;
  }

  async send(topicName: string, records: readonly OutgoingRecord[]): Promise<void> {
    const topic = this.#topics.topic(topicName);
    let bytes = 0;
    for (const record of records) bytes += storedSize(topicName, record);
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
      const partition = this.#topics.partition({
        topic: topic.spec.name,
        partition: this.#partitioner.choose(record, topic.partitions.length),
      });
      const append = appends.get(partition);
      if (append) append.push(record);
      else appends.set(partition, [record]);
    }
    return appends;
  }
}
