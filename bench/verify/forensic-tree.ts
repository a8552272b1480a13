import { hash, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlockRecord } from '@fleet-forensics/cli/verify/block-record';
import { FIRST_LINK, nextLink } from '@fleet-forensics/shared/integrity/chain';
import type { Filing } from '@fleet-forensics/shared/wire/block';
import { Journal } from '@fleet-forensics/writer/journal';

/** A failed login with the default ring. */
const BLOCK_BYTES = 24_000;
const BLOCKS_PER_FILE = 10_000;
const BATCH_BLOCKS = 50;

/** Forensic files and their journal on the disk. */
export class ForensicTree {
  readonly base = mkdtempSync(join(tmpdir(), 'ff-bench-verify-'));
  readonly root = join(this.base, 'forensic');
  readonly files: readonly string[];
  readonly bytes: number;

  constructor(fileCount: number) {
    mkdirSync(this.root);
    this.files = Array.from({ length: fileCount }, (_, index) => `/node-${index}.log`);
    this.bytes = fileCount * BLOCKS_PER_FILE * BLOCK_BYTES;
    const journal = new Journal(this.#journal);
    for (const file of this.files) fill(journal, this.root, file);
    journal.close();
  }

  record(): BlockRecord {
    return BlockRecord.ofJournal(this.#journal);
  }

  pathOf(file: string): string {
    return join(this.root, file);
  }

  remove(): void {
    rmSync(this.base, { recursive: true });
  }

  get #journal(): string {
    return join(this.base, 'journal.sqlite');
  }
}

function fill(journal: Journal, root: string, file: string): void {
  const fd = openSync(join(root, file), 'w');
  let chain = FIRST_LINK;
  let offset = 0;
  while (offset < BLOCKS_PER_FILE * BLOCK_BYTES) {
    journal.begin();
    for (let block = 0; block < BATCH_BLOCKS; block++) {
      const text = randomBytes(BLOCK_BYTES);
      writeSync(fd, text);
      const sha256 = hash('sha256', text, 'buffer');
      chain = nextLink(chain, sha256);
      const blockId = sha256.subarray(0, 16);
      const place = { file, offset, length: BLOCK_BYTES, sha256, chain, filedAtUs: 0, generation: 1 };
      const filing: Filing = { blockId, node: 'n', session: 's', criterion: 'c', ...place };
      journal.add(filing);
      offset += BLOCK_BYTES;
    }
    journal.putFile(file, { identity: '1', end: offset, chain, generation: 1, begunUs: 0 });
    journal.commit();
  }
  fsyncSync(fd);
  closeSync(fd);
}
