import { ForensicsError } from '../../error.ts';
import { partitionOfKey } from '../murmur2.ts';
import type { OutgoingRecord, Producer } from '../port.ts';
import type { SendLanes } from './send-lanes.ts';
import { refuseUnknownPartition, type TopicSizes } from './topic-sizes.ts';

/** Key and value of one record, bytes: as in the embedded log. The topic's max.message.bytes has to leave room for a header beside it. */
export const MAX_RECORD_BYTES = 1024 * 1024;

/** Checks records, finds their partitions and has them sent. Keys and values belong to it until `send` settles. */
export class KafkaProducer implements Producer {
  readonly #sizes: TopicSizes;
  readonly #lanes: SendLanes;
  #keyless = 0;

  constructor(sizes: TopicSizes, lanes: SendLanes) {
    this.#sizes = sizes;
    this.#lanes = lanes;
  }

  async send(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    const count = await this.#sizes.of(topic);
    const partitions = new Map<number, OutgoingRecord[]>();
    for (const record of records) {
      refuseTooLarge(topic, record);
      const partition = this.#choose(record, count);
      refuseUnknownPartition(topic, partition, count);
      const ofPartition = partitions.get(partition);
      if (ofPartition) ofPartition.push(record);
      else partitions.set(partition, [record]);
    }
    if (partitions.size > 0) await this.#lanes.send(topic, partitions);
  }

  #choose({ key, partition }: OutgoingRecord, count: number): number {
    if (partition !== undefined) return partition;
    if (key !== null) return partitionOfKey(key, count);
    return this.#keyless++ % count;
  }
}

function refuseTooLarge(topic: string, { key, value }: OutgoingRecord): void {
  const bytes = value.length + (key?.length ?? 0);
  if (bytes <= MAX_RECORD_BYTES) return;
  throw new ForensicsError(
    'FF_RECORD_TOO_LARGE',
    `A record for ${topic} has ${bytes} bytes of key and value, ${MAX_RECORD_BYTES} are the most: split it`,
  );
}
