import type { BusRecord, Commit } from '../port.ts';
import type { LogFile, Statement } from './log-file.ts';
import { OFFSETS_PER_PARTITION } from './log-schema.ts';

/** A record's share in a partition's size: its bytes and this for its row. */
export const RECORD_OVERHEAD_BYTES = 32;

/** What the log remembers of a partition. */
export interface PartitionState {
  /** Offset of the oldest record. */
  readonly begin: number;
  /** Offset of the next record to come. */
  readonly end: number;
  /** Size of its records, bytes. */
  readonly bytes: number;
  /** Record time of the newest record there ever was, 0 = none. */
  readonly timeMs: number;
}

/** An old record as retention sees it. */
export interface RecordSize {
  readonly timeMs: number;
  readonly bytes: number;
}

type RecordRow = [id: number, timeMs: number, key: Uint8Array | null, value: Uint8Array];

/** The rows of records, partitions and commits, one method a statement. Those that write run inside of a transaction of the file. */
export class LogRows {
  readonly #file: LogFile;
  readonly #insertRecord: Statement;
  readonly #selectRecords: Statement;
  readonly #selectSizes: Statement;
  readonly #deleteRecords: Statement;
  readonly #savePartition: Statement;
  readonly #saveCommit: Statement;
  readonly #selectCommit: Statement;

  constructor(file: LogFile) {
    this.#file = file;
    this.#insertRecord = file.statement('insert into records values (?, ?, ?, ?)');
    this.#selectRecords = file.statement(
      'select id, time_ms, key, value from records where id >= ? and id < ? order by id limit ?',
    );
    this.#selectSizes = file.statement(
      `select time_ms, coalesce(length(key), 0) + length(value) + ${RECORD_OVERHEAD_BYTES}
       from records where id >= ? and id < ? order by id limit ?`,
    );
    this.#deleteRecords = file.statement('delete from records where id >= ? and id < ?');
    this.#savePartition = file.statement(
      'update partitions set begin_offset = ?, end_offset = ?, bytes = ?, time_ms = ? where ordinal = ?',
    );
    this.#saveCommit = file.statement('insert or replace into commits values (?, ?, ?, ?)');
    this.#selectCommit = file.statement('select next_offset, metadata from commits where consumer_group = ? and ordinal = ?');
  }

  insertRecord(ordinal: number, offset: number, timeMs: number, key: Uint8Array | null, value: Uint8Array): void {
    this.#insertRecord.run(ordinal * OFFSETS_PER_PARTITION + offset, timeMs, key, value);
  }

  /**
   * The records from `from` up to `end`: at most `maxRecords`, and no more than `maxBytes` of keys and values but at least one.
   * @throws ForensicsError FF_LOG_UNAVAILABLE
   */
  records(ordinal: number, from: number, end: number, maxRecords: number, maxBytes: number): BusRecord[] {
    const base = ordinal * OFFSETS_PER_PARTITION;
    return this.#file.read(() => {
      const records: BusRecord[] = [];
      let bytes = 0;
      for (const row of this.#selectRecords.iterate(base + from, base + end, maxRecords)) {
        const [id, timeMs, key, value] = row as unknown as RecordRow;
        bytes += value.length + (key?.length ?? 0);
        if (records.length > 0 && bytes > maxBytes) break;
        records.push({ offset: id - base, timeMs, key, value });
      }
      return records;
    });
  }

  /** Sizes of the first `limit` records from `from` up to `end`, read as they are asked for. */
  *sizes(ordinal: number, from: number, end: number, limit: number): Generator<RecordSize> {
    const base = ordinal * OFFSETS_PER_PARTITION;
    for (const row of this.#selectSizes.iterate(base + from, base + end, limit)) {
      const [timeMs, bytes] = row as unknown as [number, number];
      yield { timeMs, bytes };
    }
  }

  /** Deletes the records from `from` up to, and without, `end`. */
  deleteRecords(ordinal: number, from: number, end: number): void {
    const base = ordinal * OFFSETS_PER_PARTITION;
    this.#deleteRecords.run(base + from, base + end);
  }

  savePartition(ordinal: number, { begin, end, bytes, timeMs }: PartitionState): void {
    this.#savePartition.run(begin, end, bytes, timeMs, ordinal);
  }

  saveCommit(group: string, ordinal: number, { offset, metadata }: Commit): void {
    this.#saveCommit.run(group, ordinal, offset, metadata);
  }

  /** What the group committed last, null = nothing. @throws ForensicsError FF_LOG_UNAVAILABLE */
  commit(group: string, ordinal: number): Commit | null {
    const row = this.#file.read(() => this.#selectCommit.get(group, ordinal)) as unknown as [number, string] | undefined;
    return row === undefined ? null : { offset: row[0], metadata: row[1] };
  }
}
