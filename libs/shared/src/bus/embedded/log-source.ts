import type { RecordSource, Slice } from '../partition-delivery.ts';
import type { PartitionLog } from './partition-log.ts';

/** A delivery's records straight from the log: it keeps none, so there is nothing to seek or to forget. */
export class LogSource implements RecordSource {
  readonly #log: PartitionLog;

  constructor(log: PartitionLog) {
    this.#log = log;
  }

  has(position: number): boolean {
    return position < this.#log.offsets.end;
  }

  read(position: number, maxRecords: number, maxBytes: number): Slice {
    const records = this.#log.read(position, maxRecords, maxBytes);
    const { end } = this.#log.offsets;
    const last = records.at(-1);
    return { records, next: last ? last.offset + 1 : end, end };
  }

  seek(): void {}

  done(): void {}

  watch(watcher: () => void): () => void {
    return this.#log.watch(watcher);
  }
}
