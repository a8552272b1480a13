import { Partitioner } from '../partitioner.ts';
import type { OutgoingRecord, Producer } from '../port.ts';
import { storedSize } from '../record-bounds.ts';
import type { SendLanes } from './send-lanes.ts';
import { refuseUnknownPartition, type TopicSizes } from './topic-sizes.ts';

/** Checks records, finds their partitions and has them sent. Keys and values belong to it until `send` settles. */
export class KafkaProducer implements Producer {
  readonly #sizes: TopicSizes;
  readonly #lanes: SendLanes;
  readonly #partitioner = new Partitioner();

  constructor(sizes: TopicSizes, lanes: SendLanes) {
    this.#sizes = sizes;
    this.#lanes = lanes;
  }

  async send(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    const count = await this.#sizes.of(topic);
    const partitions = new Map<number, OutgoingRecord[]>();
    for (const record of records) {
      storedSize(topic, record);
      const partition = this.#partitioner.choose(record, count);
      refuseUnknownPartition(topic, partition, count);
      const ofPartition = partitions.get(partition);
      if (ofPartition) ofPartition.push(record);
      else partitions.set(partition, [record]);
    }
    if (partitions.size > 0) await this.#lanes.send(topic, partitions);
  }
}
