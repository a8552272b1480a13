import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WholeBlock } from './block-assembly.ts';
import { blockText } from './block-text.ts';
import { BlockWriter } from './block-writer.ts';
import { NODE_FILE_CALLS, type FileCalls } from './file-calls.ts';
import { Journal } from './journal.ts';
import { WriterCounters } from './writer-counters.ts';

export const DAY_US = 86_400_000_000;

/** A root and its journal on a real disk, and what a writer on them counts and says. */
export class WriterPlace {
  readonly base = mkdtempSync(join(tmpdir(), 'ff-block-writer-'));
  readonly root = join(this.base, 'root');
  readonly journal = new Journal(join(this.base, 'journal'));
  readonly counters = new WriterCounters();
  readonly warnings: string[] = [];
  nowUs = 100 * DAY_US;

  writer(calls: FileCalls = NODE_FILE_CALLS, { journal = this.journal, root = this.root } = {}): BlockWriter {
    const warn = (line: string): void => {
      this.warnings.push(line);
    };
    return new BlockWriter({ root, journal, calls, counters: this.counters, warn, nowUs: () => this.nowUs });
  }

  contentOf(name: string): string {
    return readFileSync(join(this.root, name), 'utf8');
  }

  remove(): void {
    this.journal.close();
    rmSync(this.base, { recursive: true });
  }
}

export function textOf(...blocks: WholeBlock[]): string {
  return blocks.map(({ blockId, header, messages }) => blockText(blockId, header, messages).toString()).join('');
}
