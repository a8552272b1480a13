import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Filing } from '@fleet-forensics/shared/wire/block';
import { blockId } from './block.fixture.ts';
import { Journal } from './journal.ts';

let base: string;
let path: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'ff-journal-'));
  path = join(base, 'journal');
});
afterEach(() => rmSync(base, { recursive: true }));

const FILING: Filing = {
  blockId: new Uint8Array(blockId('a')),
  node: 'ftp-1',
  session: 's',
  criterion: 'FailedLogin',
  file: '/f',
  offset: 2 ** 40,
  length: 24_000,
  sha256: new Uint8Array(32).fill(1),
  chain: new Uint8Array(32).fill(2),
  filedAtUs: 1_795_422_257_266_000,
  generation: 3,
};

const FIRST_SCHEMA = `
  CREATE TABLE files (file TEXT PRIMARY KEY, end_offset INTEGER NOT NULL, chain BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE blocks (filed_order INTEGER PRIMARY KEY, block_id BLOB NOT NULL UNIQUE, node TEXT NOT NULL, session TEXT NOT NULL,
    criterion TEXT NOT NULL, file TEXT NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, sha256 BLOB NOT NULL,
    chain BLOB NOT NULL, filed_at_us INTEGER NOT NULL) STRICT;
  INSERT INTO files VALUES ('/f', 7, x'01');
  PRAGMA user_version = 1;
`;

describe('the journal', () => {
  it('gives back a filing field by field after a restart, and nothing that was not committed', () => {
    const first = new Journal(path);
    first.begin();
    first.add(FILING);
    first.putFile('/f', { identity: '1:2', end: 2 ** 41, chain: FILING.chain, generation: 3, begunUs: 5 });
    first.commit();
    first.begin();
    first.putFile('/f', { identity: '1:3', end: 1, chain: FILING.sha256, generation: 3, begunUs: 5 });
    first.add({ ...FILING, blockId: blockId('b') });
    first.close();
    const second = new Journal(path);
    expect(second.filing(FILING.blockId)).toEqual(FILING);
    expect(second.file('/f')).toEqual({ identity: '1:2', end: 2 ** 41, chain: FILING.chain, generation: 3, begunUs: 5 });
    expect([second.filing(blockId('b')), second.file('/g')]).toEqual([undefined, undefined]);
    second.close();
  });

  it('of a later release is not touched', () => {
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    const refusal = expect.objectContaining({ code: 'FF_JOURNAL_UNREADABLE', message: expect.stringContaining('version 99') });
    expect(() => new Journal(path)).toThrow(refusal);
  });

  it('of the first release is read on, and vouches for no file: it did not know which one it was', () => {
    const database = new DatabaseSync(path);
    database.exec(FIRST_SCHEMA);
    database.close();
    const journal = new Journal(path);
    expect(journal.file('/f')).toEqual({ identity: '', begunUs: 0, end: 7, chain: new Uint8Array([1]), generation: 1 });
    journal.add(FILING);
    journal.close();
    const again = new Journal(path);
    expect(again.filing(FILING.blockId)).toEqual(FILING);
    again.close();
  });

  it('is for the writer alone, with all that SQLite lays beside it, also when an older release made it', () => {
    for (const modeBefore of [0o600, 0o644]) {
      if (modeBefore === 0o644) chmodSync(path, modeBefore);
      const journal = new Journal(path);
      journal.begin();
      journal.add({ ...FILING, blockId: blockId(String(modeBefore)) });
      journal.commit();
      expect(readdirSync(base).toSorted()).toEqual(['journal', 'journal-shm', 'journal-wal']);
      expect(readdirSync(base).map((name) => statSync(join(base, name)).mode & 0o777)).toEqual([0o600, 0o600, 0o600]);
      journal.close();
    }
  });

  it('forgets what is old and not among the newest, oldest first, as many at a time as it is told', () => {
    const journal = new Journal(path);
    const names = ['a', 'b', 'c', 'd', 'e'];
    names.forEach((name, filedAtUs) => journal.add({ ...FILING, blockId: blockId(name), filedAtUs }));
    const known = (): string => names.filter((name) => journal.filing(blockId(name))).join('');
    journal.prune(1, 0, 10);
    expect(known()).toBe('bcde');
    journal.prune(1000, 2, 1);
    expect(known()).toBe('cde');
    journal.prune(1000, 2, 10);
    expect(known()).toBe('de');
    journal.close();
  });

  it('that is no database is an error that says what to do', () => {
    writeFileSync(path, 'not a database, but long enough to be taken for one'.repeat(100));
    const refusal = expect.objectContaining({ code: 'FF_JOURNAL_UNREADABLE', message: expect.stringContaining('moved aside') });
    expect(() => new Journal(path)).toThrow(refusal);
  });
});
