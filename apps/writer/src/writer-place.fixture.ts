import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blockFiling, type BlockFiling, type FilingSettings } from './block-filing.ts';
import { blockText } from './block-text.ts';
import type { Filed } from './block-writer.ts';
import type { ListedBlock } from './block.fixture.ts';
import { NODE_FILE_CALLS, type FileCalls } from './file-calls.ts';
import type { Signing } from './head-signatures.ts';
import { Journal } from './journal.ts';
import type { WholeBlock } from './whole-block.ts';
import { WriterCounters } from './writer-counters.ts';

export const DAY_US = 86_400_000_000;

const MIB = 1024 * 1024;

/** No rotation, no headroom. */
export const PLAIN_FILING: FilingSettings = {
  memoryBytes: 8 * MIB,
  headroomBytes: 0,
  maxFiles: 1000,
  rotateBytes: 0,
  rotateDaily: false,
  rotatedGzip: false,
  rotatedKeep: 0,
  rotatedDays: 0,
};

export interface PlaceChanges {
  readonly journal?: Journal;
  readonly root?: string;
  readonly settings?: Partial<FilingSettings>;
  readonly signing?: Signing;
}

/** A root and its journal on a real disk, and what a writer on them counts and says. */
export class WriterPlace {
  readonly base = mkdtempSync(join(tmpdir(), 'ff-block-writer-'));
  readonly root = join(this.base, 'root');
  journal = new Journal(join(this.base, 'journal'));
  readonly counters = new WriterCounters();
  readonly warnings: string[] = [];
  nowUs = 100 * DAY_US;

  filing(
    calls: FileCalls = NODE_FILE_CALLS,
    { journal = this.journal, root = this.root, settings, signing }: PlaceChanges = {},
  ): BlockFiling {
    const warn = (line: string): void => {
      this.warnings.push(line);
    };
    const all = { ...PLAIN_FILING, ...settings };
    return blockFiling({ root, journal, calls, settings: all, signing, counters: this.counters, warn, nowUs: () => this.nowUs });
  }

  /** Files blocks as a process does that has just started. */
  file(blocks: readonly WholeBlock[], calls: FileCalls = NODE_FILE_CALLS, changes: PlaceChanges = {}): Promise<Filed> {
    const { writer } = this.filing(calls, changes);
    return writer.file(writer.prepare(blocks));
  }

  contentOf(name: string): string {
    return readFileSync(join(this.root, name), 'utf8');
  }

  /** What is left if somebody removes the journal: a new one. */
  renewJournal(): void {
    this.journal.close();
    rmSync(join(this.base, 'journal'));
    this.journal = new Journal(join(this.base, 'journal'));
  }

  remove(): void {
    this.journal.close();
    rmSync(this.base, { recursive: true });
  }
}

export function textOf(...blocks: ListedBlock[]): string {
  return blocks.map(({ blockId, header, messages }) => blockText(blockId, header, messages).toString()).join('');
}
