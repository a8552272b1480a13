import type { KeyAndValue } from './record-batch-writer.ts';

/** kafkajs' work is not in proportion beyond; more also says little for a single request. */
export const MAX_BATCH_RECORDS = 1000;
/** Keys and values; with headers below Kafka's default max.message.bytes. A single record may be larger. */
export const MAX_BATCH_BYTES = 1_000_000;

/** A call of `send`: settles when all of its records have been acknowledged, or one has not. */
export interface PendingSend {
  readonly bytes: number;
  readonly giveUpAtMs: number;
  /** Records that are not acknowledged. */
  left: number;
  isSettled: boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** What a batch holds of a send. */
export interface Portion {
  readonly send: PendingSend;
  readonly count: number;
}

export interface LaneBatch {
  readonly lane: Lane;
  readonly records: readonly KeyAndValue[];
  readonly portions: readonly Portion[];
  readonly bytes: number;
}

interface Part {
  readonly send: PendingSend;
  readonly records: readonly KeyAndValue[];
  /** Records before it are cut off already. */
  at: number;
}

/** Records that wait for one partition. One batch of it is on its way at a time, so that none overtakes another. */
export class Lane {
  readonly topic: string;
  readonly partition: number;
  isBusy = false;
  #parts: Part[] = [];

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }

  push(send: PendingSend, records: readonly KeyAndValue[]): void {
    this.#parts.push({ send, records, at: 0 });
  }

  /** Takes the next batch off; nothing of sends that have been given up. Null if nothing is left. */
  cut(): LaneBatch | null {
    const records: KeyAndValue[] = [];
    const portions: Portion[] = [];
    let bytes = 0;
    while (this.#parts.length > 0) {
      const part = this.#parts[0]!;
      const before = records.length;
      while (!part.send.isSettled && part.at < part.records.length) {
        const record = part.records[part.at]!;
        const size = record.value.length + (record.key?.length ?? 0);
        const isFull = records.length === MAX_BATCH_RECORDS || (records.length > 0 && bytes + size > MAX_BATCH_BYTES);
        if (isFull) return { lane: this, records, portions: portioned(portions, part, records.length - before), bytes };
        records.push(record);
        bytes += size;
        part.at++;
      }
      portioned(portions, part, records.length - before);
      this.#parts.shift();
    }
    return records.length > 0 ? { lane: this, records, portions, bytes } : null;
  }
}

function portioned(portions: Portion[], { send }: Part, count: number): Portion[] {
  if (count > 0) portions.push({ send, count });
  return portions;
}
