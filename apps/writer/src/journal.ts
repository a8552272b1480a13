import { chmodSync, closeSync, openSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { type BlockRow, type FileRow, filingOf } from '@fleet-forensics/shared/integrity/journal-rows';
import type { Filing } from '@fleet-forensics/shared/wire/block';

/** How long another writer's transaction is waited for: longer than one takes, shorter than a group gives its members. */
const LOCK_TIMEOUT_MS = 5_000;

/** Sessions, users' addresses and paths: for the writer alone. */
const JOURNAL_MODE = 0o600;

/** Each step leads from the schema version of its index to the next one. */
const SCHEMA_STEPS = [
  `
  CREATE TABLE files (
    file TEXT PRIMARY KEY,
    end_offset INTEGER NOT NULL,
    chain BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE blocks (
    filed_order INTEGER PRIMARY KEY,
    block_id BLOB NOT NULL UNIQUE,
    node TEXT NOT NULL,
    session TEXT NOT NULL,
    criterion TEXT NOT NULL,
    file TEXT NOT NULL,
    offset INTEGER NOT NULL,
    length INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    chain BLOB NOT NULL,
    filed_at_us INTEGER NOT NULL
  ) STRICT;
`,
  // No file has an empty identity: what an older journal knows is adopted as it is, nothing of it is cut off.
  `ALTER TABLE files ADD COLUMN identity TEXT NOT NULL DEFAULT ''`,
  // Which file of a name an older block is in was not written down.
  `
  ALTER TABLE files ADD COLUMN generation INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE blocks ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX blocks_of_file ON blocks (file, generation);
`,
];

/** What the journal knows of a file. */
export interface FileState {
  /** Which file it was that had this end: TargetFile.stats. */
  readonly identity: string;
  /** Bytes: the end of its last block. */
  readonly end: number;
  /** The last link of its chain, 32 bytes. */
  readonly chain: Uint8Array;
  /** Which file of the name it is, from 1: Filing.generation. */
  readonly generation: number;
}

/**
 * Which blocks are in which file, for good: docs/adr/0003-writer-journal.md. Writes belong between {@link begin} and {@link commit}; a
 * transaction excludes every other writer that uses the same journal. Errors are those of SQLite.
 */
export class Journal {
  readonly #database: DatabaseSync;
  readonly #block: StatementSync;
  readonly #file: StatementSync;
  readonly #putFile: StatementSync;
  readonly #putBlock: StatementSync;
  readonly #prune: StatementSync;

  /**
   * @param path of the database, made if missing; on a local disk
   * @param lockTimeoutMs how long {@link begin} waits for another writer, and the process with it
   * @throws ForensicsError FF_JOURNAL_UNREADABLE
   */
  constructor(path: string, lockTimeoutMs = LOCK_TIMEOUT_MS) {
    this.#database = open(path, lockTimeoutMs);
    this.#block = this.#database.prepare('SELECT * FROM blocks WHERE block_id = ?');
    this.#file = this.#database.prepare('SELECT identity, end_offset, chain, generation FROM files WHERE file = ?');
    this.#putFile = this.#database.prepare(
      'INSERT OR REPLACE INTO files (file, identity, end_offset, chain, generation) VALUES (?, ?, ?, ?, ?)',
    );
    this.#putBlock = this.#database.prepare(
      `INSERT INTO blocks (block_id, node, session, criterion, file, offset, length, sha256, chain, filed_at_us, generation)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#prune = this.#database.prepare(
      `DELETE FROM blocks WHERE filed_at_us < ? AND filed_order <= (SELECT max(filed_order) FROM blocks) - ?
       AND filed_order IN (SELECT filed_order FROM blocks ORDER BY filed_order LIMIT ?)`,
    );
  }

  /** Rolls back first what is still open after an error. */
  begin(): void {
    this.rollback();
    this.#database.exec('BEGIN IMMEDIATE');
  }

  /** Durable when it returns. After an error the transaction may have become durable or not: what it describes must stay in place. */
  commit(): void {
    this.#database.exec('COMMIT');
  }

  /** Ends a transaction without a trace, if one is open. */
  rollback(): void {
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
  }

  /** What was filed under this id, 16 bytes. */
  filing(blockId: Uint8Array): Filing | undefined {
    const row = this.#block.get(blockId);
    return row && filingOf(row as unknown as BlockRow);
  }

  file(file: string): FileState | undefined {
    const row = this.#file.get(file) as FileRow | undefined;
    return row && { identity: row.identity, end: row.end_offset, chain: row.chain, generation: row.generation };
  }

  putFile(file: string, { identity, end, chain, generation }: FileState): void {
    this.#putFile.run(file, identity, end, chain, generation);
  }

  add(filing: Filing): void {
    const { blockId, node, session, criterion, file, offset, length, sha256, chain, filedAtUs, generation } = filing;
    this.#putBlock.run(blockId, node, session, criterion, file, offset, length, sha256, chain, filedAtUs, generation);
  }

  /** Forgets blocks filed before `filedAtUs` and not among the newest `keep`, at most `limit` of the oldest. */
  prune(filedAtUs: number, keep: number, limit: number): void {
    this.#prune.run(filedAtUs, keep, limit);
  }

  close(): void {
    this.#database.close();
  }
}

function open(path: string, lockTimeoutMs: number): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    keepPrivate(path);
    database = new DatabaseSync(path, { timeout: lockTimeoutMs });
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    upgradeSchema(database, path);
    return database;
  } catch (cause) {
    database?.close();
    if (cause instanceof ForensicsError) throw cause;
    const remedy = 'see its directory and disk; moved aside, blocks of the last days may be filed twice';
    throw new ForensicsError(
      'FF_JOURNAL_UNREADABLE',
      `the writer's journal ${path} can't be opened: ${String(cause)}; ${remedy}`,
      { cause },
    );
  }
}

function keepPrivate(path: string): void {
  try {
    // SQLite would make it, and the files beside it after its example, with the umask's mode.
    closeSync(openSync(path, 'wx', JOURNAL_MODE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // By name: a descriptor that is closed drops the locks of every connection that this process has.
    chmodSync(path, JOURNAL_MODE);
  }
}

function upgradeSchema(database: DatabaseSync, path: string): void {
  database.exec('BEGIN IMMEDIATE');
  const version = Number(database.prepare('PRAGMA user_version').get()!['user_version']);
  if (version > SCHEMA_STEPS.length) {
    const found = `is of version ${version}, this writer knows ${SCHEMA_STEPS.length}`;
    throw new ForensicsError(
      'FF_JOURNAL_UNREADABLE',
      `the writer's journal ${path} ${found}; run the release that wrote it, or a later one`,
    );
  }
  for (const step of SCHEMA_STEPS.slice(version)) database.exec(step);
  database.exec(`PRAGMA user_version = ${SCHEMA_STEPS.length}; COMMIT`);
}
