import { partitionOfKey } from '@fleet-forensics/shared/bus/murmur2';
import type { BusRecord, OutgoingRecord, PartitionId } from '@fleet-forensics/shared/bus/port';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { MAX_RECORD_BYTES } from '@fleet-forensics/shared/wire/limits';
import type { SimulatedClock } from './simulated-clock.ts';

/** One partition: every record that was ever appended, and where what retention left begins. */
export interface SimulatedPartition extends PartitionId {
  readonly records: BusRecord[];
  begin: number;
}

/** A record on its way, its bytes its own. */
export interface PlacedRecord {
  readonly partition: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
}

/** The topics of the port, in memory. */
export class SimulatedLog {
  readonly #clock: SimulatedClock;
  readonly #topics: ReadonlyMap<string, readonly SimulatedPartition[]>;

  /** @param partitions how many, by topic */
  constructor(clock: SimulatedClock, partitions: Readonly<Record<string, number>>) {
    this.#clock = clock;
    this.#topics = new Map(
      Object.entries(partitions).map(([topic, count]) => [
        topic,
        Array.from({ length: count }, (_, partition) => ({ topic, partition, records: [], begin: 0 })),
      ]),
    );
  }

  get everyPartition(): SimulatedPartition[] {
    return [...this.#topics.values()].flat();
  }

  /** @throws ForensicsError FF_UNKNOWN_TOPIC */
  partitions(topic: string): readonly SimulatedPartition[] {
    const partitions = this.#topics.get(topic);
    if (!partitions) throw new ForensicsError('FF_UNKNOWN_TOPIC', `${topic} is not a topic of this run`);
    return partitions;
  }

  partition({ topic, partition }: PartitionId): SimulatedPartition {
    const found = this.partitions(topic)[partition];
    if (!found) throw new ForensicsError('FF_UNKNOWN_PARTITION', `${topic} has no partition ${partition}`);
    return found;
  }

  /** Every record of a topic, whatever retention did since. */
  everyRecord(topic: string): BusRecord[] {
    return this.partitions(topic).flatMap(({ records }) => records);
  }

  /**
   * Copies records and finds their partitions, as a producer does when it is called.
   * @throws ForensicsError FF_UNKNOWN_TOPIC, FF_UNKNOWN_PARTITION, FF_RECORD_TOO_LARGE as Producer.send
   */
  place(topic: string, records: readonly OutgoingRecord[]): PlacedRecord[] {
    const count = this.partitions(topic).length;
    return records.map(({ key, value, partition }) => {
      if (value.length > MAX_RECORD_BYTES) throw new ForensicsError('FF_RECORD_TOO_LARGE', `${topic}: ${value.length} bytes`);
      const placed = partition ?? (key === null ? 0 : partitionOfKey(key, count));
      this.partition({ topic, partition: placed });
      return { partition: placed, key: key && Uint8Array.from(key), value: Uint8Array.from(value) };
    });
  }

  append(topic: string, records: readonly PlacedRecord[]): void {
    for (const { partition, key, value } of records) {
      const { records: log } = this.partition({ topic, partition });
      log.push({ offset: log.length, timeMs: this.#clock.nowMs, key, value });
    }
  }

  /**
   * Copies of up to `maxRecords` records from `offset` on, or from the first one that is kept. The copies' bytes are the
   * reader's.
   */
  read(id: PartitionId, offset: number, maxRecords: number): BusRecord[] {
    const { records, begin } = this.partition(id);
    const from = Math.max(offset, begin);
    return records.slice(from, from + maxRecords).map((record) => ({ ...record, value: Uint8Array.from(record.value) }));
  }
}
