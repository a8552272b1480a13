/** SQLite's user_version of the schema below. */
export const LOG_VERSION = 1;

/**
 * A page takes three packed records of 5 KB. Of 4, 8 and 16 KiB it is the size that appends most while consumers read
 * (docs/adr/0002-embedded-log-on-sqlite.md).
 */
const PAGE_BYTES = 16 * 1024;

/** The write-ahead log is copied into the file at this length: what a commit may have to wait for. Shorter costs throughput. */
const WAL_BYTES = 16 * 1024 * 1024;

const CACHE_KIB = 32 * 1024;

/** How long opening waits for a process that is just ending, milliseconds. */
export const LOCK_WAIT_MS = 1000;

/**
 * Run before anything else. With `locking_mode = exclusive` the first access takes a lock on the file that is held until the
 * log is closed or its process dies, however it dies; the index of the write-ahead log then needs no shared memory either.
 */
export const PRAGMAS = `
  pragma locking_mode = exclusive;
  pragma page_size = ${PAGE_BYTES};
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma wal_autocheckpoint = ${WAL_BYTES / PAGE_BYTES};
  pragma journal_size_limit = ${WAL_BYTES};
  pragma cache_size = -${CACHE_KIB};
`;

/** Pages that `bytes` fill. 0 bytes = no bound: SQLite's own highest. */
export function maxPages(bytes: number): number {
  return bytes === 0 ? 0xfffffffe : Math.ceil(bytes / PAGE_BYTES);
}

/** A record's id is its partition's ordinal and its offset in one number, so a range of offsets is one walk of the b-tree. */
export const SCHEMA = `
  create table topics (
    name text primary key, retention_ms integer not null, retention_bytes integer not null
  ) strict, without rowid;
  create table partitions (
    ordinal integer primary key, topic text not null, partition integer not null,
    begin_offset integer not null, end_offset integer not null, bytes integer not null, time_ms integer not null,
    unique (topic, partition)
  ) strict;
  create table records (id integer primary key, time_ms integer not null, key blob, value blob not null) strict;
  create table commits (
    consumer_group text not null, ordinal integer not null, next_offset integer not null, metadata text not null,
    primary key (consumer_group, ordinal)
  ) strict, without rowid;
  pragma user_version = ${LOG_VERSION};
`;

/** Offsets of one partition: 279 years at 1000 records a second. */
export const OFFSETS_PER_PARTITION = 2 ** 43;

/** Partitions of one log: ordinal and offset have to fit into a JavaScript integer. */
export const MAX_PARTITIONS = 2 ** 53 / OFFSETS_PER_PARTITION;
