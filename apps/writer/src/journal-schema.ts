import type { DatabaseSync } from 'node:sqlite';
import { ForensicsError } from '@fleet-forensics/shared/error';

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
  // A block may be in several files, one for each format. SQLite can't change a constraint in place.
  `
  ALTER TABLE files ADD COLUMN begun_us INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE block_copies (
    filed_order INTEGER PRIMARY KEY,
    block_id BLOB NOT NULL,
    copy INTEGER NOT NULL,
    copies INTEGER NOT NULL,
    node TEXT NOT NULL,
    session TEXT NOT NULL,
    criterion TEXT NOT NULL,
    file TEXT NOT NULL,
    offset INTEGER NOT NULL,
    length INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    chain BLOB NOT NULL,
    filed_at_us INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    UNIQUE (block_id, copy)
  ) STRICT;
  INSERT INTO block_copies
    SELECT filed_order, block_id, 0, 1, node, session, criterion, file, offset, length, sha256, chain, filed_at_us, generation
    FROM blocks;
  DROP TABLE blocks;
  ALTER TABLE block_copies RENAME TO blocks;
  CREATE INDEX blocks_of_file ON blocks (file, generation);
  CREATE TABLE generations (
    file TEXT NOT NULL,
    generation INTEGER NOT NULL,
    rotated_at_us INTEGER NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (file, generation)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE buried (
    block_id BLOB PRIMARY KEY,
    partition INTEGER NOT NULL,
    last_offset INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    buried_at_us INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`,
  // How far each file is signed, and how long its signature file is.
  `
  CREATE TABLE signed_places (
    file TEXT NOT NULL,
    generation INTEGER NOT NULL,
    blocks INTEGER NOT NULL,
    end_offset INTEGER NOT NULL,
    chain BLOB NOT NULL,
    filed_order INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (file, generation)
  ) STRICT, WITHOUT ROWID;
`,
];

/**
 * Brings a journal to this release's schema.
 * @param path of the database, for the error
 * @throws ForensicsError FF_JOURNAL_UNREADABLE if a later release wrote it
 */
export function upgradeSchema(database: DatabaseSync, path: string): void {
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
