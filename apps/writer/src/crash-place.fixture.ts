import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

  /** Nothing, if every block is once, whole and in order in each of its files, where its filing says, and nothing else is there. */
  wrongs(): string[] {
    const journal = new Journal(join(this.#base, 'journal'));
    const wrongs: string[] = [];
    const accounted = new Map<string, string>();
    const chains = new Map<string, Uint8Array>();
    for (const block of this.#blocks) {
      const filings = journal.filings(block.blockId);
      const texts = formatsOf(block.header).map((format) => Buffer.concat([...blockPieces(format, block, block.lists())]));
      if (filings.length !== texts.length) wrongs.push(`${block.id} has ${filings.length} filings`);
      for (const [copy, filing] of filings.entries()) wrongs.push(...this.#account(filing, texts[copy], accounted, chains));
    }
    journal.close();
    const found = this.#names().map((name) => `/node/${name}`);
    for (const file of found) if (!accounted.has(file)) wrongs.push(`${file} is there`);
    for (const [file, text] of accounted) {
      if (!found.includes(file) || readFileSync(join(this.root, file), 'latin1') !== text)
        wrongs.push(`${file} holds something else`);
    }
    return wrongs;
  }

  remove(): void {
    rmSync(this.#base, { recursive: true });
  }

  #account(
    filing: Filing,
    text: Uint8Array | undefined,
    accounted: Map<string, string>,
    chains: Map<string, Uint8Array>,
  ): string[] {
    const file = this.#nameOf(filing);
    const before = accounted.get(file) ?? this.#mode.foreign ?? '';
    const sha256 = createHash('sha256')
      .update(text ?? '')
      .digest();
    const link = createHash('sha256')
      .update(chains.get(filing.file) ?? Buffer.alloc(32))
      .update(sha256)
      .digest();
    chains.set(filing.file, link);
    accounted.set(file, `${before}${Buffer.from(text ?? []).toString('latin1')}`);
    const isRight = filing.offset === before.length && sha256.equals(filing.sha256) && link.equals(filing.chain);
    return isRight ? [] : [`${file} at ${filing.offset} is not what its filing says`];
  }

  #names(): string[] {
    const directory = join(this.root, 'node');
    return existsSync(directory) ? readdirSync(directory) : [];
  }

  /** The file's name now: that of its generation if it is not the newest one. */
  #nameOf({ file, generation }: Filing): string {
    const names = this.#names();
    const rotated = `${file}.${generation}`;
    return names.includes(rotated.slice('/node/'.length)) ? rotated : file;
  }
}
