import { partitionOfKey } from './murmur2.ts';
import type { OutgoingRecord } from './port.ts';

/** Where a producer's records go: the partition that they name, that of their key, or each one in turn. */
export class Partitioner {
  #keyless = 0;

  /** @param count the topic's partitions */
  choose({ key, partition }: OutgoingRecord, count: number): number {
    if (partition !== undefined) return partition;
    if (key !== null) return partitionOfKey(key, count);
    return this.#keyless++ % count;
  }
}
