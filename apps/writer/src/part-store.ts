import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { ForensicsError } from '@fleet-forensics/shared/error';

/** Of the database in memory, KiB. */
const CACHE_KIB = 4096;

/** A record of forensic.blocks that a part came in. */
export interface PartRecord {
  readonly offset: number;
  readonly timeMs: number;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/**
 * The parts of blocks that wait for their other parts, on disk and not in memory, as there can be many of 64 MiB. It lasts no longer
 * than the process: the log still has every part.
 */
export class PartStore {
  readonly #database: DatabaseSync;
  readonly #put: StatementSync;
  readonly #get: StatementSync;
  readonly #remove: StatementSync;

  /** @param directory for its file, which has no name there; undefined: in memory */
  constructor(directory?: string) {
    this.#database = directory === undefined ? open(':memory:') : openNameless(directory);
    this.#put = this.#database.prepare('INSERT INTO parts VALUES (?, ?, ?, ?, ?, ?)');
    this.#get = this.#database.prepare('SELECT offset, time_ms, key, value FROM parts WHERE block = ? AND part = ?');
    this.#remove = this.#database.prepare('DELETE FROM parts WHERE block = ?');
  }

  /** @throws ForensicsError FF_PARTS_UNWRITABLE */
  put(block: string, part: number, { offset, timeMs, key, value }: PartRecord): void {
    try {
      this.#put.run(block, part, offset, timeMs, key, value);
    } catch (cause) {
      const remedy = 'free some of the disk of FF_DATA_DIR';
      throw new ForensicsError('FF_PARTS_UNWRITABLE', `a part of a block can't be kept: ${String(cause)}; ${remedy}`, { cause });
    }
  }

  /** A part that is there. */
  get(block: string, part: number): PartRecord {
    const row = this.#get.get(block, part) as { offset: number; time_ms: number; key: Uint8Array; value: Uint8Array };
    return { offset: row.offset, timeMs: row.time_ms, key: row.key, value: row.value };
  }

  remove(block: string): void {
    this.#remove.run(block);
  }

  close(): void {
    this.#database.close();
  }
}

/** Its file is removed while it is open: whatever ends the process leaves nothing behind. */
function openNameless(directory: string): DatabaseSync {
  const scratch = mkdtempSync(join(directory, 'parts-'));
  try {
    return open(join(scratch, 'parts'));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function open(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec(`
    PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -${CACHE_KIB};
    CREATE TABLE parts (block TEXT, part INTEGER, offset INTEGER, time_ms INTEGER, key BLOB, value BLOB);
    CREATE UNIQUE INDEX parts_of_block ON parts (block, part);
  `);
  return database;
}
