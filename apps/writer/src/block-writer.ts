import { hash } from 'node:crypto';
import { ForensicsError } from '@fleet-forensics/shared/error';
import type { Filing } from '@fleet-forensics/shared/wire/block';
import type { WholeBlock } from './block-assembly.ts';
import { blockText } from './block-text.ts';
import type { FileCalls } from './file-calls.ts';
import type { FileState, Journal } from './journal.ts';
import { safePath, type SafePath } from './safe-path.ts';
import { TargetFile } from './target-file.ts';
import type { WriterCounters } from './writer-counters.ts';

/**
 * How long the journal remembers a block, microseconds: 30 days, far longer than forensic.blocks keeps records that could
 * come again.
 */
const REMEMBER_US = 30 * 24 * 3600 * 1_000_000;

const FIRST_LINK = Buffer.alloc(32);

export interface BlockWriterOptions {
  /** Absolute. */
  readonly root: string;
  readonly journal: Journal;
  readonly calls: FileCalls;
  readonly counters: WriterCounters;
  readonly warn: (message: string) => void;
  /** Microseconds since 1970. */
  readonly nowUs: () => number;
}

/** A block that can't be filed, ever. */
export interface RefusedBlock {
  readonly block: WholeBlock;
  readonly error: ForensicsError;
}

export interface Filed {
  /** One for each block that is in its file, also for those that were there before. */
  readonly filings: readonly Filing[];
  readonly refused: readonly RefusedBlock[];
}

/** New blocks of one file, formatted. */
interface Appendix {
  readonly path: SafePath;
  readonly blocks: { readonly block: WholeBlock; readonly text: Buffer }[];
}

/**
 * Appends blocks to their files, each once and whole, whatever fails or crashes in between: docs/adr/0003-writer-journal.md.
 */
export class BlockWriter {
  readonly #options: BlockWriterOptions;

  constructor(options: BlockWriterOptions) {
    this.#options = options;
  }

  /**
   * Files a batch: durable when it returns. After an error nothing of it counts as filed, and it may be given again.
   * @throws ForensicsError FF_FILING_FAILED if a file or the journal can't be written now
   */
  file(blocks: readonly WholeBlock[]): Filed {
    const { journal, counters } = this.#options;
    const files = new Map<string, TargetFile>();
    try {
      return this.#fileInto(files, blocks);
    } catch (cause) {
      counters.failures += 1;
      this.#warnIfItFails('the journal', () => journal.rollback());
      const remedy = 'the blocks stay in the log and are tried again; see the disk of the root and of the journal';
      throw new ForensicsError('FF_FILING_FAILED', `${blocks.length} blocks were not filed: ${String(cause)}; ${remedy}`, {
        cause,
      });
    } finally {
      // What was filed is durable and what was not is undone: a file that does not close changes neither.
      for (const file of files.values()) this.#warnIfItFails(file.path.realPath, () => file.close());
    }
  }

  #fileInto(files: Map<string, TargetFile>, blocks: readonly WholeBlock[]): Filed {
    const { journal, counters } = this.#options;
    const refused: RefusedBlock[] = [];
    journal.begin();
    const { known, fresh } = this.#split(blocks);
    const appendices = this.#format(fresh, refused, files);
    this.#settle([...files.values()]);
    const filings = this.#append(appendices, files);
    counters.repeated += known.length;
    return { filings: [...known, ...filings], refused };
  }

  /** Drops the blocks that are in their file already. */
  #split(blocks: readonly WholeBlock[]): { known: Filing[]; fresh: WholeBlock[] } {
    const known = new Map<string, Filing>();
    const fresh = new Map<string, WholeBlock>();
    for (const block of blocks) {
      const filing = this.#options.journal.filing(block.blockId);
      if (filing) known.set(block.id, filing);
      else fresh.set(block.id, block);
    }
    return { known: [...known.values()], fresh: [...fresh.values()] };
  }

  /** Formats the blocks and opens their files; those with a bad path or bad messages are refused. */
  #format(blocks: readonly WholeBlock[], refused: RefusedBlock[], files: Map<string, TargetFile>): Appendix[] {
    const { root, calls } = this.#options;
    const appendices = new Map<string, Appendix>();
    for (const block of blocks) {
      try {
        const path = safePath(root, block.header.file);
        const text = blockText(block.blockId, block.header, block.messages);
        if (!files.has(path.file)) files.set(path.file, new TargetFile(path, calls));
        const appendix = appendices.get(path.file) ?? { path, blocks: [] };
        appendices.set(path.file, appendix);
        appendix.blocks.push({ block, text });
      } catch (error) {
        if (!(error instanceof ForensicsError)) throw error;
        refused.push({ block, error });
      }
    }
    return [...appendices.values()];
  }

  /**
   * Makes every file and the journal agree on where its blocks end. What the journal learns here is committed before anything is
   * appended: else a crash in between would leave half a block in a file whose end nobody knows.
   */
  #settle(files: readonly TargetFile[]): void {
    const { journal } = this.#options;
    const learned = files.map((file) => this.#settleFile(file)).some(Boolean);
    if (!learned) return;
    journal.commit();
    journal.begin();
  }

  /** True if the journal learned something. */
  #settleFile(file: TargetFile): boolean {
    const { journal, counters, warn } = this.#options;
    const { file: name, realPath } = file.path;
    const size = file.size();
    const known = journal.file(name);
    if (known && size >= known.end) {
      if (size > known.end) {
        counters.tornTails += 1;
        warn(`${realPath}: cut off ${size - known.end} bytes behind the last whole block, at ${known.end}`);
        file.cutTo(known.end);
      }
      return false;
    }
    if (known) {
      counters.shortened += 1;
      warn(`${realPath}: has ${size} bytes where ${known.end} were filed; it was rotated or cut, blocks go on at its end`);
    }
    file.syncDirectories();
    journal.putFile(name, { end: size, chain: known?.chain ?? FIRST_LINK });
    return true;
  }

  #append(appendices: readonly Appendix[], files: ReadonlyMap<string, TargetFile>): Filing[] {
    const { journal, nowUs } = this.#options;
    const touched: { file: TargetFile; end: number }[] = [];
    const filings: Filing[] = [];
    try {
      for (const appendix of appendices) {
        const file = files.get(appendix.path.file)!;
        const state = journal.file(appendix.path.file)!;
        touched.push({ file, end: state.end });
        filings.push(...this.#appendTo(file, state, appendix));
      }
      if (filings.length > 0) journal.prune(nowUs() - REMEMBER_US, 2 * filings.length);
    } catch (error) {
      for (const { file, end } of touched) this.#warnIfItFails(file.path.realPath, () => file.cutTo(end));
      throw error;
    }
    // Not undone if it fails: the commit may have become durable, and then the blocks must be there.
    journal.commit();
    for (const { length } of filings) this.#options.counters.filedBytes += length;
    this.#options.counters.filed += filings.length;
    return filings;
  }

  #appendTo(file: TargetFile, state: FileState, { path, blocks }: Appendix): Filing[] {
    const { journal, nowUs } = this.#options;
    const texts = blocks.map(({ text }) => text);
    file.appendAt(state.end, texts.length === 1 ? texts[0]! : Buffer.concat(texts));
    let { end, chain } = state;
    const filings = blocks.map(({ block: { blockId, header }, text }) => {
      const { node, session, criterion } = header;
      const sha256 = hash('sha256', text, 'buffer');
      chain = hash('sha256', Buffer.concat([chain, sha256]), 'buffer');
      const offset = end;
      end += text.length;
      const place = { file: path.file, offset, length: text.length, sha256, chain };
      return { blockId, node, session, criterion: criterion.name, ...place, filedAtUs: nowUs() };
    });
    for (const filing of filings) journal.add(filing);
    journal.putFile(path.file, { end, chain });
    return filings;
  }

  /** For what is tried again by itself: the next batch rolls back, and cuts off what was begun. */
  #warnIfItFails(what: string, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#options.warn(`${what}: ${String(error)}`);
    }
  }
}
