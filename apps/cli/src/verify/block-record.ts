import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { ForensicsError, messageOf } from '@fleet-forensics/shared/error';
import { BlockList } from '@fleet-forensics/shared/integrity/block-list';
import { FIRST_LINK } from '@fleet-forensics/shared/integrity/chain';
import { type BlockRow, type FileRow, filingOf } from '@fleet-forensics/shared/integrity/journal-rows';
import type { Head } from '@fleet-forensics/shared/integrity/record-fault';
import { printable } from '../terminal.ts';

/** A file that blocks are recorded of. */
export interface RecordedFile {
  /** As the policy names it: below the root. */
  readonly file: string;
  /** From 1; 0: not known. */
  readonly generation: number;
  /** `current`: it has the plain name. `removed`: the recorder removed it, as its settings say. */
  readonly state: 'current' | 'rotated' | 'removed';
  /** Of the file that has the plain name, or had it when the recorder last looked: identityOf. Empty: not known. */
  readonly identity: string;
}

/** What is recorded of one file. */
export interface FileRecord {
  readonly blocks: BlockList;
  /** The link before the first block, 32 bytes; undefined: it is not known any more. */
  readonly previous: Uint8Array | undefined;
  /** Of the file that has the name now; undefined: nothing is recorded but the blocks. */
  readonly head: Head | undefined;
}

const WAIT_MS = 5_000;

/**
 * What is recorded of files and their blocks: the writer's journal, or a database of the same tables that was filled from elsewhere.
 * It reads only, and keeps no transaction open, so that a running writer is not held up.
 */
export class BlockRecord {
  readonly #database: DatabaseSync;
  /** `the journal`, for people. */
  readonly name: string;
  /** True if a writer may enter more while it is read. */
  readonly isLive: boolean;
  readonly #order: string;

  /** @param order in which a file's blocks were filed: the journal's own, or, where there is none, that of their offsets */
  constructor(database: DatabaseSync, name: string, order: 'filed_order' | 'offset') {
    this.#database = database;
    this.name = name;
    this.isLive = order === 'filed_order';
    this.#order = order;
  }

  /** @throws ForensicsError FF_NO_JOURNAL if there is none, FF_JOURNAL_UNREADABLE */
  static ofJournal(path: string): BlockRecord {
    if (!existsSync(path)) {
      const remedy = "--journal or --data says where it is; --filings works from the filings' topic instead";
      throw new ForensicsError('FF_NO_JOURNAL', `no journal ${printable(path)}: ${remedy}`);
    }
    try {
      return new BlockRecord(openReadOnly(path), 'the journal', 'filed_order');
    } catch (cause) {
      const remedy = "if it is damaged, --filings works from the filings' topic instead";
      throw new ForensicsError(
        'FF_JOURNAL_UNREADABLE',
        `the journal ${printable(path)} can't be read: ${messageOf(cause)}; ${remedy}`,
        { cause },
      );
    }
  }

  /** All generations of one file, or of all files, by name, oldest first. */
  files(file?: string): RecordedFile[] {
    const where = file === undefined ? '' : 'WHERE file = ?';
    const rows = this.#database
      .prepare(
        `SELECT file, generation, max(is_current) AS is_current, max(is_rotated) AS is_rotated, max(is_removed) AS is_removed,
           max(identity) AS identity FROM (
           SELECT DISTINCT file, generation, 0 AS is_current, 0 AS is_rotated, 0 AS is_removed, '' AS identity FROM blocks
           UNION ALL SELECT file, generation, 1, 0, 0, identity FROM files
           UNION ALL SELECT file, generation, 0, 1, state IN ('removing', 'removed'), '' FROM generations
         ) ${where} GROUP BY file, generation ORDER BY file, generation`,
      )
      .all(...(file === undefined ? [] : [file]));
    return rows.map((row, index) => {
      const isLast = rows[index + 1]?.['file'] !== row['file'];
      const isCurrent = Boolean(row['is_current']) || (isLast && !row['is_rotated']);
      const state = row['is_removed'] ? 'removed' : isCurrent ? 'current' : 'rotated';
      return { file: String(row['file']), generation: Number(row['generation']), state, identity: String(row['identity']) };
    });
  }

  /** All of one moment. @throws ForensicsError FF_RECORD_DAMAGED */
  of(file: RecordedFile): FileRecord {
    this.#database.exec('BEGIN');
    try {
      const blocks = this.#blocks(file);
      return { blocks, previous: this.#linkBefore(file, blocks), head: this.#head(file) };
    } finally {
      this.#database.exec('ROLLBACK');
    }
  }

  #blocks({ file, generation }: RecordedFile): BlockList {
    const rows = this.#database
      .prepare(
        `SELECT block_id, offset, length, sha256, chain FROM blocks WHERE file = ? AND generation = ? ORDER BY ${this.#order}`,
      )
      .iterate(file, generation);
    const blocks = new BlockList();
    for (const row of rows) blocks.add(filingOf(row as unknown as BlockRow));
    return blocks;
  }

  #head({ file, generation }: RecordedFile): Head | undefined {
    const row = this.#database.prepare('SELECT * FROM files WHERE file = ? AND generation = ?').get(file, generation);
    if (!row) return undefined;
    const { end_offset: end, chain } = row as unknown as FileRow;
    return { end, chain };
  }

  #linkBefore({ file, generation }: RecordedFile, blocks: BlockList): Uint8Array | undefined {
    const row = this.#database
      .prepare(
        `SELECT chain FROM blocks WHERE file = ? AND generation BETWEEN 1 AND ? ORDER BY generation DESC, ${this.#order} DESC LIMIT 1`,
      )
      .get(file, generation - 1);
    if (row) return row['chain'] as Uint8Array;
    return generation === 1 && blocks.length > 0 && blocks.offset(0) === 0 ? FIRST_LINK : undefined;
  }

  close(): void {
    this.#database.close();
  }
}

function openReadOnly(path: string): DatabaseSync {
  try {
    return opened(path);
  } catch (error) {
    // On a medium that can't be written SQLite can't coordinate with a writer, and need not: none can be at work without this file.
    if (existsSync(`${path}-wal`)) throw error;
    const url = pathToFileURL(path);
    url.searchParams.set('immutable', '1');
    return opened(url);
  }
}

function opened(path: string | URL): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true, timeout: WAIT_MS });
  try {
    const { tables } = database
      .prepare(`SELECT count(*) AS tables FROM sqlite_schema WHERE name IN ('blocks', 'files', 'generations')`)
      .get() as { tables: number };
    if (tables !== 3) throw new Error('an older release wrote it: start the writer of this one once');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
