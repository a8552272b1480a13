import { hash } from 'node:crypto';
import { ForensicsError } from '@fleet-forensics/shared/error';
import type { Filing } from '@fleet-forensics/shared/wire/block';
import { appendicesOf, type Appendix, type UnfiledBlock } from './appendix.ts';
import type { WholeBlock } from './block-assembly.ts';
import type { FileCalls } from './file-calls.ts';
import type { FileState, Journal } from './journal.ts';
import { TargetFile, type FileStats } from './target-file.ts';
import type { WriterCounters } from './writer-counters.ts';

/**
 * How long the journal remembers a block, microseconds: 30 days, far longer than forensic.blocks keeps records that could
 * come again.
 */
const REMEMBER_US = 30 * 24 * 3600 * 1_000_000;
/** How many of the newest blocks the journal remembers however old they seem: a clock that was set forward must not forget them. */
const REMEMBER_BLOCKS = 100_000;

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

export interface Filed {
  /** One for each block that was appended. */
  readonly filings: readonly Filing[];
  /** One for each block that was in its file before. */
  readonly repeats: readonly Filing[];
  /** Can't be filed ever: what the block itself says is at fault, FF_UNSAFE_PATH or FF_BAD_MESSAGE_LIST. */
  readonly refused: readonly UnfiledBlock[];
  /** Can't be filed now: what the file system says, FF_FILING_FAILED. */
  readonly held: readonly UnfiledBlock[];
}

interface OpenAppendix extends Appendix {
  readonly file: TargetFile;
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
   * Files a batch: durable when it returns. A file that can't be written now holds up its own blocks only.
   * @throws ForensicsError FF_FILING_FAILED if the journal can't be written now: nothing counts as filed, all may be given again
   */
  file(blocks: readonly WholeBlock[]): Filed {
    const { journal, counters } = this.#options;
    const files: TargetFile[] = [];
    try {
      return this.#fileInto(files, blocks);
    } catch (cause) {
      counters.failures += 1;
      this.#warnIfItFails('the journal', () => journal.rollback());
      throw filingFailed('the journal', blocks.length, cause);
    } finally {
      // What was filed is durable and what was not is undone: a file that does not close changes neither.
      for (const file of files) this.#warnIfItFails(file.path.realPath, () => file.close());
    }
  }

  #fileInto(files: TargetFile[], blocks: readonly WholeBlock[]): Filed {
    const { journal, counters } = this.#options;
    const held: UnfiledBlock[] = [];
    journal.begin();
    const { repeats, fresh } = this.#split(blocks);
    const { appendices, refused } = appendicesOf(this.#options.root, fresh);
    const settled = this.#settle(this.#open(appendices, files, held), held);
    const filings = this.#append(settled, held);
    counters.repeated += repeats.length;
    return { filings, repeats, refused, held };
  }

  /** Drops the blocks that are in their file already. */
  #split(blocks: readonly WholeBlock[]): { repeats: Filing[]; fresh: WholeBlock[] } {
    const repeats = new Map<string, Filing>();
    const fresh = new Map<string, WholeBlock>();
    for (const block of blocks) {
      const filing = this.#options.journal.filing(block.blockId);
      if (filing) repeats.set(block.id, filing);
      else fresh.set(block.id, block);
    }
    return { repeats: [...repeats.values()], fresh: [...fresh.values()] };
  }

  #open(appendices: readonly Appendix[], files: TargetFile[], held: UnfiledBlock[]): OpenAppendix[] {
    const open: OpenAppendix[] = [];
    for (const appendix of appendices) {
      const file = this.#unlessHeld(appendix, held, () => new TargetFile(appendix.path, this.#options.calls));
      if (!file) continue;
      files.push(file);
      open.push({ ...appendix, file });
    }
    return open;
  }

  /**
   * Makes every file and the journal agree on where its blocks end. What the journal learns here is committed before anything is
   * appended: else a crash in between would leave half a block in a file whose end nobody knows.
   */
  #settle(appendices: readonly OpenAppendix[], held: UnfiledBlock[]): OpenAppendix[] {
    const { journal } = this.#options;
    const settled: OpenAppendix[] = [];
    let learned = false;
    for (const appendix of appendices) {
      const known = journal.file(appendix.path.file);
      const state = this.#unlessHeld(appendix, held, () => this.#settleFile(appendix.file, known));
      if (!state) continue;
      settled.push(appendix);
      if (state === known) continue;
      journal.putFile(appendix.path.file, state);
      learned = true;
    }
    if (learned) {
      journal.commit();
      journal.begin();
    }
    return settled;
  }

  /** Cuts off a torn write, and nothing else: what the journal does not know as its own file's stays. */
  #settleFile(file: TargetFile, known: FileState | undefined): FileState {
    const { counters, warn } = this.#options;
    const { realPath } = file.path;
    const stats = file.stats();
    const { identity, sizeBytes } = stats;
    if (known && identity === known.identity && sizeBytes >= known.end) {
      if (sizeBytes > known.end) {
        file.cutTo(known.end);
        counters.tornTails += 1;
        warn(`${realPath}: cut off ${sizeBytes - known.end} bytes behind the last whole block, at ${known.end}`);
      }
      return known;
    }
    file.syncDirectories();
    const why = whyAdopted(stats, known);
    if (why) {
      counters.adopted += 1;
      warn(`${realPath}: ${why}; blocks go on at its end, ${sizeBytes}`);
    }
    return { identity, end: sizeBytes, chain: known?.chain ?? FIRST_LINK, generation: generationOf(identity, known) };
  }

  #append(appendices: readonly OpenAppendix[], held: UnfiledBlock[]): Filing[] {
    const { journal, nowUs, counters } = this.#options;
    const touched: { file: TargetFile; end: number }[] = [];
    const filings: Filing[] = [];
    try {
      for (const appendix of appendices) {
        const state = journal.file(appendix.path.file)!;
        const file = this.#unlessHeld(appendix, held, () => this.#appendTexts(appendix, state.end));
        if (!file) continue;
        touched.push({ file, end: state.end });
        filings.push(...this.#enter(appendix, state));
      }
      if (filings.length > 0) journal.prune(nowUs() - REMEMBER_US, REMEMBER_BLOCKS, 2 * filings.length);
    } catch (error) {
      for (const { file, end } of touched) this.#warnIfItFails(file.path.realPath, () => file.cutTo(end));
      throw error;
    }
    // Not undone if it fails: the commit may have become durable, and then the blocks must be there.
    journal.commit();
    for (const { length } of filings) counters.filedBytes += length;
    counters.filed += filings.length;
    return filings;
  }

  #appendTexts({ file, blocks }: OpenAppendix, end: number): TargetFile {
    const texts = blocks.map(({ text }) => text);
    try {
      file.appendAt(end, texts.length === 1 ? texts[0]! : Buffer.concat(texts));
      return file;
    } catch (error) {
      this.#warnIfItFails(file.path.realPath, () => file.cutTo(end));
      throw error;
    }
  }

  /** Enters what was appended in the journal. */
  #enter({ path, blocks }: Appendix, state: FileState): Filing[] {
    const { journal, nowUs } = this.#options;
    let { end, chain } = state;
    const filings = blocks.map(({ block: { blockId, header }, text }) => {
      const { node, session, criterion } = header;
      const sha256 = hash('sha256', text, 'buffer');
      chain = hash('sha256', Buffer.concat([chain, sha256]), 'buffer');
      const offset = end;
      end += text.length;
      const place = { file: path.file, offset, length: text.length, sha256, chain };
      return { blockId, node, session, criterion: criterion.name, ...place, filedAtUs: nowUs(), generation: state.generation };
    });
    for (const filing of filings) journal.add(filing);
    journal.putFile(path.file, { ...state, end, chain });
    return filings;
  }

  /** Runs calls into one file, none into the journal: what fails holds that file's blocks, and no other's. */
  #unlessHeld<T extends object>({ path, blocks }: Appendix, held: UnfiledBlock[], calls: () => T): T | undefined {
    try {
      return calls();
    } catch (cause) {
      this.#options.counters.failures += 1;
      const error = filingFailed(path.realPath, blocks.length, cause);
      for (const { block } of blocks) held.push({ block, error });
      return undefined;
    }
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

/** A file that was cut is still the same one. */
function generationOf(identity: string, known: FileState | undefined): number {
  if (!known) return 1;
  return identity === known.identity ? known.generation : known.generation + 1;
}

function whyAdopted({ identity, sizeBytes }: FileStats, known: FileState | undefined): string | undefined {
  if (!known) return sizeBytes > 0 ? `holds ${sizeBytes} bytes that are not in the journal` : undefined;
  if (identity !== known.identity) return `is another file than the one of ${known.end} bytes before (rotated or exchanged)`;
  return `has ${sizeBytes} bytes where ${known.end} were filed (cut)`;
}

function filingFailed(where: string, count: number, cause: unknown): ForensicsError {
  const remedy = 'they stay in the log and are tried again';
  return new ForensicsError('FF_FILING_FAILED', `${where}: ${count} blocks can't be filed now: ${String(cause)}; ${remedy}`, {
    cause,
  });
}
