import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { RecordedBlock } from '@fleet-forensics/shared/integrity/block-list';
import { BlockRecord } from './block-record.ts';

/** An empty name: SQLite's temporary file, which goes to the disk beyond its cache and is removed with the connection. */
const TEMPORARY = '';
const CACHE_KIB = 65_536;

/** Files and generations: nobody but the journal knows them. A block is filed once into a file; it may be told several times. */
const TABLES = `
  PRAGMA cache_size = -${CACHE_KIB};
  CREATE TABLE blocks (block_id BLOB, file TEXT, generation INTEGER, offset INTEGER, length INTEGER, sha256 BLOB, chain BLOB);
  CREATE TABLE files (file TEXT, generation INTEGER, end_offset INTEGER, chain BLOB, identity TEXT);
  CREATE TABLE generations (file TEXT, generation INTEGER, state TEXT);
  CREATE UNIQUE INDEX blocks_of_file ON blocks (file, generation, offset, block_id, length, sha256, chain);
`;

/** What others than the journal say of files and their blocks, as a record like the journal. A file's blocks are in order of their offsets. */
export class TemporaryRecord {
  readonly record: BlockRecord;
  readonly #database = new DatabaseSync(TEMPORARY);
  readonly #add: StatementSync;

  /** @param name of its source, for people */
  constructor(name: string) {
    this.#database.exec(TABLES);
    this.#add = this.#database.prepare('INSERT OR IGNORE INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.record = new BlockRecord(this.#database, name, 'offset');
  }

  /** @returns how many of them were new */
  add(blocks: Iterable<RecordedBlock & { readonly file: string; readonly generation: number }>): number {
    let added = 0;
    this.#database.exec('BEGIN');
    for (const { blockId, file, generation, offset, length, sha256, chain } of blocks) {
      added += Number(this.#add.run(blockId, file, generation, offset, length, sha256, chain).changes);
    }
    this.#database.exec('COMMIT');
    return added;
  }
}
