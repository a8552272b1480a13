import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Filing } from '@fleet-forensics/shared/wire/block';
import { blockFiling, type FilingSettings } from './block-filing.ts';
import { formatsOf } from './block-formats.ts';
import { blockPieces } from './block-pieces.ts';
import { type ListedBlock, wholeBlock } from './block.fixture.ts';
import type { FaultyDisk } from './faulty-disk.fixture.ts';
import { Journal } from './journal.ts';
import { WriterCounters } from './writer-counters.ts';
import { PLAIN_FILING } from './writer-place.fixture.ts';

/** In memory where there is such a place: the disk's own syncs prove nothing here, and there are thousands of them. */
const DIRECTORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** How blocks come into files. */
export interface CrashMode {
  readonly what: string;
  readonly file: string;
  readonly formats: readonly string[];
  readonly settings: Partial<FilingSettings>;
  /** What an admin's file holds before the writer comes. */
  readonly foreign?: string;
}

export const CRASH_MODES: readonly CrashMode[] = [
  { what: 'a new file', file: '/node/forensic.log', formats: [], settings: {} },
  { what: "an admin's file", file: '/node/forensic.log', formats: [], settings: {}, foreign: 'an old line\n' },
  { what: 'files that rotate by size', file: '/node/forensic.log', formats: [], settings: { rotateBytes: 700 } },
  { what: 'files of their own', file: '/node/%{block}.log', formats: [], settings: {} },
  { what: 'a file for each of two formats', file: '/node/forensic.log', formats: ['extended', 'ecs'], settings: {} },
];

/** A root and its journal over the lives of several processes, and what must be there in the end. */
export class CrashPlace {
  readonly root: string;
  readonly #base = mkdtempSync(join(DIRECTORY, 'ff-writer-crash-'));
  readonly #mode: CrashMode;
  readonly #blocks: readonly ListedBlock[];

  constructor(mode: CrashMode) {
    const { file, formats, foreign } = mode;
    this.#mode = mode;
    this.root = join(this.#base, 'root');
    this.#blocks = ['a', 'b', 'c', 'd', 'e'].map((name) => wholeBlock(name, file, { formats }));
    if (foreign === undefined) return;
    mkdirSync(join(this.root, 'node'), { recursive: true, mode: 0o750 });
    writeFileSync(join(this.root, file), foreign);
  }

  /** One process' life: each batch again until it is filed or the process is dead. */
  async live(disk: FaultyDisk): Promise<void> {
    const journal = new Journal(join(this.#base, 'journal'));
    const settings = { ...PLAIN_FILING, ...this.#mode.settings };
    const shared = { root: this.root, calls: disk.calls, settings, counters: new WriterCounters() };
    const { writer } = blockFiling({ ...shared, journal: disk.over(journal), warn: () => {}, nowUs: () => 1 });
    for (const batch of [this.#blocks.slice(0, 1), this.#blocks.slice(1, 3), this.#blocks.slice(3)]) {
      for (let attempt = 0; attempt < 2 && !disk.dead; attempt++) {
        try {
          const { held } = await writer.file(writer.prepare(batch));
          if (held.length === 0) break;
        } catch (error) {
          if (!disk.dead && !String(error).includes('at step')) throw error;
        }
      }
    }
    journal.close();
  }

  /** Every block is once, whole and in order in each of its files, where its filing says, and nothing else is there. */
  check(): void {
    const journal = new Journal(join(this.#base, 'journal'));
    const filings = this.#blocks.map((block) => journal.filings(block.blockId));
    journal.close();
    const accounted = new Map<string, string>();
    const chains = new Map<string, Uint8Array>();
    this.#blocks.forEach((block, index) => {
      const formats = formatsOf(block.header);
      expect(filings[index]!.length, `block ${index}`).toBe(formats.length);
      formats.forEach((format, copy) => {
        const text = Buffer.concat([...blockPieces(format, block, block.lists())]);
        this.#account(filings[index]![copy]!, text, accounted, chains);
      });
    });
    const found = readdirSync(join(this.root, 'node')).map((name) => `/node/${name}`);
    expect(found.toSorted()).toEqual([...accounted.keys()].toSorted());
    for (const [file, text] of accounted) expect(readFileSync(join(this.root, file), 'latin1')).toBe(text);
  }

  remove(): void {
    rmSync(this.#base, { recursive: true });
  }

  #account(filing: Filing, text: Buffer, accounted: Map<string, string>, chains: Map<string, Uint8Array>): void {
    const file = this.#nameOf(filing);
    const before = accounted.get(file) ?? this.#mode.foreign ?? '';
    expect(filing.offset, file).toBe(before.length);
    const sha256 = createHash('sha256').update(text).digest();
    expect(Buffer.from(filing.sha256)).toEqual(sha256);
    const link = createHash('sha256')
      .update(chains.get(filing.file) ?? Buffer.alloc(32))
      .update(sha256)
      .digest();
    expect(Buffer.from(filing.chain)).toEqual(link);
    chains.set(filing.file, link);
    accounted.set(file, before + text.toString('latin1'));
  }

  /** The file's name now: that of its generation if it is not the newest one. */
  #nameOf({ file, generation }: Filing): string {
    const names = readdirSync(join(this.root, 'node'));
    const rotated = `${file}.${generation}`;
    return names.includes(rotated.slice('/node/'.length)) ? rotated : file;
  }
}
