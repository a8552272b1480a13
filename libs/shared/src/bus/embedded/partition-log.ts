import type { BusRecord, OffsetRange, OutgoingRecord, PartitionId } from '../port.ts';
import type { Transaction } from './log-file.ts';
import { RECORD_OVERHEAD_BYTES, type LogRows, type PartitionState, type RecordSize } from './log-rows.ts';
import type { StoredPartition } from './topic-rows.ts';

/** Age and size over which a partition's oldest records go, milliseconds and bytes; 0 = no bound. */
export interface Retention {
  readonly retentionMs: number;
  readonly retentionBytes: number;
}

/** What one transaction deletes at most: bounds how long it holds the event loop. */
const CUT_RECORDS = 512;
const CUT_BYTES = 8 * 1024 * 1024;

/** One partition: its records in the file, its offsets in memory, in step with the file's transactions. */
export class PartitionLog {
  readonly id: PartitionId;
  readonly ordinal: number;
  readonly #rows: LogRows;
  readonly #watchers = new Set<() => void>();
  #state: PartitionState;

  constructor(rows: LogRows, id: PartitionId, { ordinal, state }: StoredPartition) {
    this.#rows = rows;
    this.id = id;
    this.ordinal = ordinal;
    this.#state = state;
  }

  get offsets(): OffsetRange {
    return { begin: this.#state.begin, end: this.#state.end };
  }

  /** Appends, and tells the watchers when that is durable. Record times don't go back though `nowMs` may. */
  append(transaction: Transaction, records: readonly OutgoingRecord[], nowMs: number): void {
    const timeMs = Math.max(nowMs, this.#state.timeMs);
    let { end, bytes } = this.#state;
    for (const { key, value } of records) {
      this.#rows.insertRecord(this.ordinal, end++, timeMs, key, value);
      bytes += value.length + (key?.length ?? 0) + RECORD_OVERHEAD_BYTES;
    }
    this.#change(transaction, { ...this.#state, end, bytes, timeMs });
    transaction.onCommit(() => {
      for (const watcher of this.#watchers) watcher();
    });
  }

  /**
   * The records from `offset`, or from the oldest one if that is gone.
   * @param maxBytes of keys and values; at least one record comes all the same
   * @throws ForensicsError FF_LOG_UNAVAILABLE
   */
  read(offset: number, maxRecords: number, maxBytes: number): BusRecord[] {
    const { begin, end } = this.#state;
    return this.#rows.records(this.ordinal, Math.max(offset, begin), end, maxRecords, maxBytes);
  }

  /** Has `watcher` called after each append until the returned function is called. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Deletes some of the oldest records that are over a bound. True if there may be more. */
  trim(transaction: Transaction, { retentionMs, retentionBytes }: Retention, nowMs: number): boolean {
    const { end, bytes } = this.#state;
    return this.#cut(transaction, end, (record, freed) => {
      const tooOld = retentionMs > 0 && record.timeMs < nowMs - retentionMs;
      const tooMuch = retentionBytes > 0 && bytes - freed > retentionBytes;
      return tooOld || tooMuch;
    });
  }

  /** Deletes some of the records below `before`, the oldest first. True if there may be more. */
  deleteBelow(transaction: Transaction, before: number): boolean {
    return this.#cut(transaction, Math.min(before, this.#state.end), () => true);
  }

  /** True if retention finds nothing to look at. */
  keepsAll({ retentionMs, retentionBytes }: Retention): boolean {
    const { begin, end, bytes } = this.#state;
    return begin === end || (retentionMs === 0 && (retentionBytes === 0 || bytes <= retentionBytes));
  }

  /** @param isDue called with the oldest records below `end`, one by one, until it says no; `freed` are the bytes of those before */
  #cut(transaction: Transaction, end: number, isDue: (record: RecordSize, freed: number) => boolean): boolean {
    const { begin, bytes } = this.#state;
    let count = 0;
    let freed = 0;
    for (const record of this.#rows.sizes(this.ordinal, begin, end, CUT_RECORDS)) {
      if (freed >= CUT_BYTES || !isDue(record, freed)) break;
      count++;
      freed += record.bytes;
    }
    if (count === 0) return false;
    const kept = begin + count;
    this.#rows.deleteRecords(this.ordinal, begin, kept);
    this.#change(transaction, { ...this.#state, begin: kept, bytes: bytes - freed });
    return count === CUT_RECORDS || freed >= CUT_BYTES;
  }

  #change(transaction: Transaction, state: PartitionState): void {
    const before = this.#state;
    this.#rows.savePartition(this.ordinal, state);
    this.#state = state;
    transaction.onRollback(() => (this.#state = before));
  }
}
