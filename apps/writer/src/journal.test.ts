import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
};

describe('the journal', () => {
  it('gives back a filing field by field after a restart, and nothing that was not committed', () => {
    const first = new Journal(path);
    first.begin();
    first.add(FILING);
    first.putFile('/f', { end: 2 ** 41, chain: FILING.chain });
    first.commit();
    first.begin();
    first.putFile('/f', { end: 1, chain: FILING.sha256 });
    first.add({ ...FILING, blockId: blockId('b') });
    first.close();
    const second = new Journal(path);
    expect(second.filing(FILING.blockId)).toEqual(FILING);
    expect(second.file('/f')).toEqual({ end: 2 ** 41, chain: FILING.chain });
    expect([second.filing(blockId('b')), second.file('/g')]).toEqual([undefined, undefined]);
    second.close();
  });

  it('of a later release is not touched', () => {
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 2');
    database.close();
    const refusal = expect.objectContaining({ code: 'FF_JOURNAL_UNREADABLE', message: expect.stringContaining('version 2') });
    expect(() => new Journal(path)).toThrow(refusal);
  });

  it('that is no database is an error that says what to do', () => {
    writeFileSync(path, 'not a database, but long enough to be taken for one'.repeat(100));
    const refusal = expect.objectContaining({ code: 'FF_JOURNAL_UNREADABLE', message: expect.stringContaining('moved aside') });
    expect(() => new Journal(path)).toThrow(refusal);
  });
});
