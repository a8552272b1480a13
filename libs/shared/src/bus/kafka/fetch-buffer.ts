import type { RecordSource, Slice } from '../partition-delivery.ts';
import type { BusRecord, PartitionId } from '../port.ts';

/** What a record costs in memory beside its key and value, bytes. */
const RECORD_OVERHEAD_BYTES = 200;

/** How the fetching of one partition is steered. */
export interface Tap {
  seek(id: PartitionId, offset: number): void;
  pause(id: PartitionId): void;
  resume(id: PartitionId): void;
}

/**
 * Records of one partition between the fetch and the handler, who lie here until they are done:
 *
 *     gone │ handed over, not done │ waiting │ to be fetched
 *          first                             next
 *
 * It is bounded by stopping the fetches: over its capacity it waits for room, and if that takes long pauses the partition.
 */
export class FetchBuffer implements RecordSource {
  readonly #id: PartitionId;
  readonly #capacityBytes: number;
  readonly #tap: Tap;
  readonly #watchers = new Set<() => void>();
  #records: BusRecord[] = [];
  #first: number;
  #next: number;
  #end = 0;
  #bytes = 0;
  #isPaused = true;
  #roomWanted: (() => void) | undefined;

  /** Paused until {@link open}. */
  constructor(id: PartitionId, position: number, capacityBytes: number, tap: Tap) {
    this.#id = id;
    this.#first = position;
    this.#next = position;
    this.#capacityBytes = capacityBytes;
    this.#tap = tap;
  }

  /** Where the next fetch is to begin. */
  get next(): number {
    return this.#next;
  }

  get hasRoom(): boolean {
    return this.#bytes <= this.#capacityBytes;
  }

  open(): void {
    this.refetch();
    if (this.hasRoom) this.#resume();
  }

  /** Has fetches begin at {@link next} again, whatever the group's or kafkajs' idea of it is. */
  refetch(): void {
    this.#tap.seek(this.#id, this.#next);
  }

  /** No fetches until {@link refetch} or room says otherwise. */
  pause(): void {
    this.#isPaused = true;
    this.#tap.pause(this.#id);
  }

  /** @param next behind the batch, of which `records` may be a part or nothing @param end offset of the next record to come */
  push(records: readonly BusRecord[], next: number, end: number): void {
    for (const record of records) {
      // A batch comes whole, also if the fetch began within it.
      if (record.offset < this.#next) continue;
      this.#records.push(record);
      this.#bytes += sizeOf(record);
    }
    this.#next = next;
    this.#end = end;
    for (const watcher of this.#watchers) watcher();
  }

  /** Resolves with true when there is room, or with false after `withinMs`. */
  room(withinMs: number): Promise<boolean> {
    if (this.hasRoom) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => {
          this.#roomWanted = undefined;
          resolve(false);
        },
        Math.max(withinMs, 0),
      );
      this.#roomWanted = () => {
        clearTimeout(timer);
        this.#roomWanted = undefined;
        resolve(true);
      };
    });
  }

  /** Goes on fetching at `next`, keeping what is here: what lies between is gone from the log. */
  skipTo(next: number): void {
    this.#next = next;
    this.refetch();
  }

  has(position: number): boolean {
    const last = this.#records.at(-1);
    return last !== undefined && last.offset >= position;
  }

  read(position: number, maxRecords: number, maxBytes: number): Slice {
    this.#drop(position);
    let bytes = 0;
    let count = 0;
    for (; count < Math.min(maxRecords, this.#records.length); count++) {
      const { key, value } = this.#records[count]!;
      bytes += value.length + (key?.length ?? 0);
      if (bytes > maxBytes && count > 0) break;
    }
    const records = this.#records.slice(0, count);
    return { records, next: records.at(-1)!.offset + 1, end: this.#end };
  }

  seek(position: number): void {
    if (position >= this.#first && position <= this.#next) return;
    this.#drop(Infinity);
    this.#first = position;
    this.#next = position;
    this.refetch();
    this.#makeRoom();
  }

  done(position: number): void {
    this.#drop(position);
    this.#makeRoom();
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #drop(position: number): void {
    let count = 0;
    for (; count < this.#records.length && this.#records[count]!.offset < position; count++) {
      this.#bytes -= sizeOf(this.#records[count]!);
    }
    if (count > 0) this.#records.splice(0, count);
    if (position > this.#first) this.#first = Math.min(position, this.#next);
  }

  #makeRoom(): void {
    if (!this.hasRoom) return;
    this.#roomWanted?.();
    if (this.#isPaused) this.#resume();
  }

  #resume(): void {
    this.#isPaused = false;
    this.#tap.resume(this.#id);
  }
}

function sizeOf({ key, value }: BusRecord): number {
  return value.length + (key?.length ?? 0) + RECORD_OVERHEAD_BYTES;
}
