import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { FIRST_LINK } from '@fleet-forensics/shared/integrity/chain';
import { type BlockRow, type FileRow, filingOf } from '@fleet-forensics/shared/integrity/journal-rows';
import type { ChainPlace } from '@fleet-forensics/shared/integrity/signed-head';
import type { Filing } from '@fleet-forensics/shared/wire/block';
import { openJournal } from './journal-database.ts';

/** How long another writer's transaction is waited for: longer than one takes, shorter than a group gives its members. */
const LOCK_TIMEOUT_MS = 5_000;

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
  /** When its first block was filed, microseconds since 1970; 0: none was yet. */
  readonly begunUs: number;
}

/** A file that was rotated: it has the name `FILE.GENERATION`, or `FILE.GENERATION.gz`. */
export interface Generation {
  readonly file: string;
  readonly generation: number;
  readonly rotatedAtUs: number;
  /** `removed`: by the retention of the settings; `removing`: it may be there still. `gone`: by somebody else. */
  readonly state: 'plain' | 'gzip' | 'removing' | 'removed' | 'gone';
}

/** Which of a block's copies (one for each format) a filing is of. */
export interface CopyNumber {
  /** From 0. */
  readonly copy: number;
  readonly copies: number;
}

/** Parts of a block up to `lastOffset` of its partition that are in the dead letters. */
export interface Burial {
  readonly blockId: Uint8Array;
  readonly partition: number;
  readonly lastOffset: number;
  /** The log's time of that record: one with a later time is of a topic that was made anew. */
  readonly timeMs: number;
}

/** A filing in its place among all. */
export interface OrderedFiling extends Filing {
  readonly filedOrder: number;
}

/** How far a file is signed. */
export interface SignedPlace extends ChainPlace {
  /** Of the last block that is signed. */
  readonly filedOrder: number;
  /** Of the signature file. */
  readonly bytes: number;
}

const BLOCK_COLUMNS =
  'block_id, copy, copies, node, session, criterion, file, offset, length, sha256, chain, filed_at_us, generation';

/**
 * Which blocks are in which file, for good: docs/adr/0003-writer-journal.md. Writes belong between {@link begin} and {@link commit}; a
 * transaction excludes every other writer that uses the same journal. Errors are those of SQLite.
 */
export class Journal {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /**
   * @param path of the database, made if missing; on a local disk
   * @param lockTimeoutMs how long {@link begin} waits for another writer, and the process with it
   * @throws ForensicsError FF_JOURNAL_UNREADABLE
   */
  constructor(path: string, lockTimeoutMs = LOCK_TIMEOUT_MS) {
    this.#database = openJournal(path, lockTimeoutMs);
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

  /** What was filed under this id, 16 bytes, as this copy of the block. */
  filing(blockId: Uint8Array, copy = 0): Filing | undefined {
    const row = this.#sql('SELECT * FROM blocks WHERE block_id = ? AND copy = ?').get(blockId, copy);
    return row && filingOf(row as unknown as BlockRow);
  }

  /** A block's filings if all its copies are filed; none: it is not, or only in a part of its files. */
  filings(blockId: Uint8Array): Filing[] {
    const rows = this.#sql('SELECT * FROM blocks WHERE block_id = ? ORDER BY copy').all(blockId);
    return rows.length === rows[0]?.['copies'] ? rows.map((row) => filingOf(row as unknown as BlockRow)) : [];
  }

  add(filing: Filing, { copy, copies }: CopyNumber = { copy: 0, copies: 1 }): void {
    const { blockId, node, session, criterion, file, offset, length, sha256, chain, filedAtUs, generation } = filing;
    this.#sql(`INSERT INTO blocks (${BLOCK_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`).run(
      blockId,
      copy,
      copies,
      node,
      session,
      criterion,
      file,
      offset,
      length,
      sha256,
      chain,
      filedAtUs,
      generation,
    );
  }

  file(file: string): FileState | undefined {
    const row = this.#sql('SELECT * FROM files WHERE file = ?').get(file) as (FileRow & { begun_us: number }) | undefined;
    if (!row) return undefined;
    const { identity, end_offset: end, chain, generation, begun_us: begunUs } = row;
    return { identity, end, chain, generation, begunUs };
  }

  putFile(file: string, { identity, end, chain, generation, begunUs }: FileState): void {
    this.#sql(
      'INSERT OR REPLACE INTO files (file, identity, end_offset, chain, generation, begun_us) VALUES (?, ?, ?, ?, ?, ?)',
    ).run(file, identity, end, chain, generation, begunUs);
  }

  /** How many files it knows. */
  fileCount(): number {
    return Number(this.#sql('SELECT count(*) AS files FROM files').get()!['files']);
  }

  /** Of the newest file that had the name, known or forgotten: its generation, and the chain's last link; 0 and the first link: none. */
  lastOf(file: string): Pick<FileState, 'generation' | 'chain'> {
    const { newest } = this.#sql(
      `SELECT max(generation) AS newest FROM
       (SELECT generation FROM blocks WHERE file = ?1 UNION ALL SELECT generation FROM generations WHERE file = ?1)`,
    ).get(file) as { newest: number | null };
    const generation = newest ?? 0;
    return { generation, chain: this.linkBefore(file, generation + 1) ?? FIRST_LINK };
  }

  /** The last block that was filed in a file. */
  lastBlock(file: string, generation: number): Filing | undefined {
    const row = this.#sql('SELECT * FROM blocks WHERE file = ? AND generation = ? ORDER BY filed_order DESC LIMIT 1').get(
      file,
      generation,
    );
    return row && filingOf(row as unknown as BlockRow);
  }

  /** Names of files behind `after`, in order. */
  filesAfter(after: string, limit: number): string[] {
    const rows = this.#sql('SELECT file FROM files WHERE file > ? ORDER BY file LIMIT ?').all(after, limit);
    return rows.map(({ file }) => String(file));
  }

  forgetFile(file: string): void {
    this.#sql('DELETE FROM files WHERE file = ?').run(file);
  }

  putGeneration({ file, generation, rotatedAtUs, state }: Generation): void {
    this.#sql('INSERT OR REPLACE INTO generations (file, generation, rotated_at_us, state) VALUES (?, ?, ?, ?)').run(
      file,
      generation,
      rotatedAtUs,
      state,
    );
  }

  /** Rotated files that are still there, newest first by name. */
  generations(): Generation[] {
    const rows = this.#sql(
      `SELECT * FROM generations WHERE state IN ('plain', 'gzip', 'removing') ORDER BY file, generation DESC`,
    ).all();
    return rows.map(
      ({ file, generation, rotated_at_us: rotatedAtUs, state }) =>
        ({ file, generation, rotatedAtUs, state }) as unknown as Generation,
    );
  }

  bury({ blockId, partition, lastOffset, timeMs }: Burial, nowUs: number): void {
    this.#sql(
      'INSERT OR REPLACE INTO buried (block_id, partition, last_offset, time_ms, buried_at_us) VALUES (?, ?, ?, ?, ?)',
    ).run(blockId, partition, lastOffset, timeMs, nowUs);
  }

  burial(blockId: Uint8Array): Burial | undefined {
    const row = this.#sql('SELECT * FROM buried WHERE block_id = ?').get(blockId);
    if (!row) return undefined;
    const { partition, last_offset: lastOffset, time_ms: timeMs } = row;
    return { blockId, partition: Number(partition), lastOffset: Number(lastOffset), timeMs: Number(timeMs) };
  }

  /** Files that are appended to and have blocks that are not signed, by name, oldest first. */
  unsignedFiles(): { readonly file: string; readonly generation: number; readonly blocks: number }[] {
    const rows = this.#sql(
      `SELECT b.file, b.generation, count(*) AS blocks FROM blocks b JOIN files f ON f.file = b.file AND f.identity <> ''
       LEFT JOIN signed_places s ON s.file = b.file AND s.generation = b.generation
       WHERE b.generation > 0 AND b.filed_order > ifnull(s.filed_order, 0) GROUP BY b.file, b.generation`,
    ).all();
    return rows as unknown as { file: string; generation: number; blocks: number }[];
  }

  /** Blocks of a file that were filed behind `filedOrder`, in order. */
  blocksBehind(file: string, generation: number, filedOrder: number, limit: number): OrderedFiling[] {
    const rows = this.#sql(
      'SELECT * FROM blocks WHERE file = ? AND generation = ? AND filed_order > ? ORDER BY filed_order LIMIT ?',
    ).all(file, generation, filedOrder, limit);
    return rows.map((row) => ({ ...filingOf(row as unknown as BlockRow), filedOrder: Number(row['filed_order']) }));
  }

  /** The last link of the files that had the name before this generation; undefined: none is known. */
  linkBefore(file: string, generation: number): Uint8Array | undefined {
    const row = this.#sql(
      'SELECT chain FROM blocks WHERE file = ? AND generation < ? ORDER BY generation DESC, filed_order DESC LIMIT 1',
    ).get(file, generation);
    return row?.['chain'] as Uint8Array | undefined;
  }

  signedPlace(file: string, generation: number): SignedPlace | undefined {
    const row = this.#sql('SELECT * FROM signed_places WHERE file = ? AND generation = ?').get(file, generation);
    if (!row) return undefined;
    const { blocks, end_offset: offset, chain: link, filed_order: filedOrder, bytes } = row;
    return { blocks, offset, link, filedOrder, bytes } as unknown as SignedPlace;
  }

  putSignedPlace(file: string, generation: number, { blocks, offset, link, filedOrder, bytes }: SignedPlace): void {
    this.#sql(
      `INSERT OR REPLACE INTO signed_places (file, generation, blocks, end_offset, chain, filed_order, bytes)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ).run(file, generation, blocks, offset, link, filedOrder, bytes);
  }

  /** Forgets blocks filed before `filedAtUs` and not among the newest `keep`, at most `limit` of the oldest. */
  prune(filedAtUs: number, keep: number, limit: number): void {
    this.#sql(
      `DELETE FROM blocks WHERE filed_at_us < ? AND filed_order <= (SELECT max(filed_order) FROM blocks) - ?
       AND filed_order IN (SELECT filed_order FROM blocks ORDER BY filed_order LIMIT ?)`,
    ).run(filedAtUs, keep, limit);
  }

  /** Forgets burials, and rotated files that are removed and of which it knows no block any more, of before `beforeUs`. */
  pruneTraces(beforeUs: number): void {
    this.#sql('DELETE FROM buried WHERE buried_at_us < ?').run(beforeUs);
    this.#sql(
      `DELETE FROM generations WHERE state IN ('removed', 'gone') AND rotated_at_us < ? AND NOT EXISTS
       (SELECT 1 FROM blocks b WHERE b.file = generations.file AND b.generation = generations.generation)`,
    ).run(beforeUs);
    this.#sql(
      `DELETE FROM signed_places WHERE NOT EXISTS
       (SELECT 1 FROM blocks b WHERE b.file = signed_places.file AND b.generation = signed_places.generation)`,
    ).run();
  }

  close(): void {
    this.#database.close();
  }

  #sql(text: string): StatementSync {
    const known = this.#statements.get(text);
    if (known) return known;
    const statement = this.#database.prepare(text);
    this.#statements.set(text, statement);
    return statement;
  }
}
