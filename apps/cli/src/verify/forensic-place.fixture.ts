import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gzipSync } from 'node:zlib';
import { EmbeddedLog } from '@fleet-forensics/shared/bus/embedded/embedded-log';
import { FIRST_LINK, nextLink } from '@fleet-forensics/shared/integrity/chain';
import { identityOf } from '@fleet-forensics/shared/integrity/file-identity';
import { FILINGS, TOPICS } from '@fleet-forensics/shared/topics';
import type { Filing } from '@fleet-forensics/shared/wire/block';
import { encodeFiling } from '@fleet-forensics/shared/wire/codec';
import { run, type Run } from '../command-run.fixture.ts';

/** The tables of the writer's journal, as far as they are read. */
const TABLES = `
  PRAGMA journal_mode = WAL;
  CREATE TABLE files (file TEXT PRIMARY KEY, identity TEXT, end_offset INTEGER, chain BLOB, generation INTEGER);
  CREATE TABLE blocks (filed_order INTEGER PRIMARY KEY, block_id BLOB, node TEXT, session TEXT, criterion TEXT, file TEXT,
    offset INTEGER, length INTEGER, sha256 BLOB, chain BLOB, filed_at_us INTEGER, generation INTEGER);
  CREATE TABLE generations (file TEXT, generation INTEGER, rotated_at_us INTEGER, state TEXT, PRIMARY KEY (file, generation));
`;

/** A root with files, their journal beside it, and the command on them. */
export class ForensicPlace {
  readonly base = mkdtempSync(join(tmpdir(), 'ff-verify-'));
  readonly root = join(this.base, 'forensic');
  readonly journal = join(this.base, 'journal.sqlite');
  readonly database = new DatabaseSync(this.journal);
  readonly filings: Filing[] = [];
  readonly #chains = new Map<string, Uint8Array>();
  readonly #ends = new Map<string, number>();
  readonly #generations = new Map<string, number>();

  constructor() {
    mkdirSync(this.root);
    this.database.exec(TABLES);
  }

  /** Files so many blocks, and gives what is filed of them. */
  file(file: string, count: number): Filing[] {
    return Array.from({ length: count }, () => {
      const name = `${file} ${this.filings.length}`;
      return this.append(file, `-----BEGIN A FORENSICS-----\nBlock-Id: ${name}\n\n${name.repeat(this.filings.length + 1)}\n`);
    });
  }

  append(file: string, text: string): Filing {
    const content = this.#ends.get(file) ? this.content(file) : Buffer.alloc(0);
    this.put(file, Buffer.concat([content, Buffer.from(text)]));
    const filing = this.record(file, text, content.length);
    this.#ends.set(file, content.length + filing.length);
    return filing;
  }

  /** Enters a block in the journal, and not in its file. */
  record(file: string, text: string, offset: number): Filing {
    const sha256 = createHash('sha256').update(text).digest();
    const chain = nextLink(this.#chains.get(file) ?? FIRST_LINK, sha256);
    const generation = this.#generations.get(file) ?? 1;
    const [node, session, criterion] = ['ftp-1', 's', 'FailedLogin'];
    const place = { file, offset, length: Buffer.byteLength(text), sha256, chain, filedAtUs: this.filings.length, generation };
    const filing: Filing = { blockId: sha256.subarray(0, 16), node, session, criterion, ...place };
    this.filings.push(filing);
    this.#chains.set(file, chain);
    this.database
      .prepare('INSERT INTO blocks VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(filing.blockId, node, session, criterion, file, offset, place.length, sha256, chain, place.filedAtUs, generation);
    this.#head(file, offset + place.length, chain, generation);
    return filing;
  }

  rotate(file: string, state: 'plain' | 'gzip' | 'removed'): void {
    const generation = this.#generations.get(file) ?? 1;
    const content = this.content(file);
    rmSync(join(this.root, file));
    if (state === 'plain') this.put(`${file}.${generation}`, content);
    if (state === 'gzip') this.put(`${file}.${generation}.gz`, gzipSync(content));
    this.database.prepare('INSERT INTO generations VALUES (?, ?, 0, ?)').run(file, generation, state);
    this.#generations.set(file, generation + 1);
    this.#ends.delete(file);
    this.#head(file, 0, this.#chains.get(file)!, generation + 1);
  }

  /** Enters which file has the name, as the writer does. */
  knowIdentity(file: string): void {
    const identity = identityOf(statSync(join(this.root, file), { bigint: true }));
    this.database.prepare('UPDATE files SET identity = ? WHERE file = ?').run(identity, file);
  }

  content(file: string): Buffer {
    return readFileSync(join(this.root, file));
  }

  put(file: string, content: Uint8Array): void {
    mkdirSync(dirname(join(this.root, file)), { recursive: true });
    writeFileSync(join(this.root, file), content);
  }

  /** Flips one bit of a file. */
  flip(file: string, offset: number): void {
    const content = this.content(file);
    content.writeUInt8(content.readUInt8(offset) ^ 1, offset);
    this.put(file, content);
  }

  /** Publishes filings to the embedded log beside the journal. */
  async publish(filings: readonly Filing[] = this.filings): Promise<void> {
    const log = new EmbeddedLog({ dir: join(this.base, 'log') });
    await log.ensureTopics(TOPICS);
    const records = filings.map((filing) => ({ key: Buffer.from(filing.file), value: encodeFiling(filing) }));
    await log.producer().send(FILINGS, records);
    await log.close();
  }

  verify(...args: string[]): Promise<Run> {
    return run(['verify', '--data', this.base, ...args]);
  }

  remove(): void {
    this.database.close();
    rmSync(this.base, { recursive: true });
  }

  #head(file: string, end: number, chain: Uint8Array, generation: number): void {
    this.database.prepare('INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)').run(file, '', end, chain, generation);
  }
}

export function idOf({ blockId }: Filing): string {
  return Buffer.from(blockId).toString('hex');
}
