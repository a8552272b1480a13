import type { ForensicsError } from '@fleet-forensics/shared/error';
import { nextLink } from '@fleet-forensics/shared/integrity/chain';
import type { Filing } from '@fleet-forensics/shared/wire/block';
import { type AppendedCopy, type Appendix, appendicesOf, expectedBytes } from './appendix.ts';
import { type BlockCopy, copiesOf, type UnfiledBlock } from './block-copy.ts';
import type { FileBound } from './file-bound.ts';
import type { FileCalls } from './file-calls.ts';
import { FileWrites, filingFailed, type HeldFiles, type OpenAppendix } from './file-writes.ts';
import type { HeadSignatures } from './head-signatures.ts';
import type { Burial, FileState, Journal } from './journal.ts';
import type { RotatedFiles } from './rotated-files.ts';
import type { Settlement } from './settlement.ts';
import type { TargetFile } from './target-file.ts';
import type { Turn } from './turn.ts';
import type { WholeBlock } from './whole-block.ts';
import type { WriterCounters } from './writer-counters.ts';

/**
 * How long the journal remembers a block, microseconds: 30 days, far longer than forensic.blocks keeps records that could
 * come again.
 */
const REMEMBER_US = 30 * 24 * 3600 * 1_000_000;
/** How many of the newest blocks the journal remembers however old they seem: a clock that was set forward must not forget them. */
const REMEMBER_BLOCKS = 100_000;

export interface BlockWriterParts {
  /** Absolute. */
  readonly root: string;
  readonly journal: Journal;
  /** Of all that writes to this journal in the process: a transaction stays open while a file is written. */
  readonly turn: Turn;
  readonly calls: FileCalls;
  readonly settlement: Settlement;
  readonly fileBound: FileBound;
  readonly rotatedFiles: RotatedFiles;
  readonly signatures?: HeadSignatures | undefined;
  readonly counters: WriterCounters;
  /** To be left free on a file's file system. */
  readonly headroomBytes: number;
  /** Of text that is held in memory. */
  readonly textBytes: number;
  readonly warn: (message: string) => void;
  /** Microseconds since 1970. */
  readonly nowUs: () => number;
}

/** Blocks that are formatted, and those that can't be. */
export interface PreparedBlocks {
  readonly copies: readonly BlockCopy[];
  readonly refused: readonly UnfiledBlock[];
}

export interface Filed {
  /** One for each block and format that was filed. */
  readonly filings: readonly Filing[];
  /** One for each that was in its file before. */
  readonly repeats: readonly Filing[];
  /** Can't be filed ever: what the block itself says is at fault, FF_UNSAFE_PATH or FF_BAD_MESSAGE_LIST. */
  readonly refused: readonly UnfiledBlock[];
  /** Can't be filed now, at least in one of its files: what the file system says, FF_FILING_FAILED. */
  readonly held: readonly UnfiledBlock[];
}

/**
 * Puts blocks into their files, each once and whole, whatever fails or crashes in between: docs/adr/0003-writer-journal.md.
 */
export class BlockWriter {
  readonly #parts: BlockWriterParts;
  readonly #files: FileWrites;

  constructor(parts: BlockWriterParts) {
    this.#parts = parts;
    this.#files = new FileWrites(parts);
  }

  /** Formats blocks: nothing but computing, to be done while others are written. */
  prepare(blocks: readonly WholeBlock[]): PreparedBlocks {
    const { root, textBytes } = this.#parts;
    return copiesOf(root, blocks, textBytes);
  }

  /**
   * Files a batch: durable when it returns. A file that can't be written now holds up its own blocks only.
   * @param heldFiles are left alone, so that their blocks stay in order; those that can't be written now are added
   * @throws ForensicsError FF_FILING_FAILED if the journal can't be written now: nothing counts as filed, all may be given again
   */
  file(prepared: PreparedBlocks, heldFiles: HeldFiles = new Map()): Promise<Filed> {
    const files: TargetFile[] = [];
    return this.#parts.turn.take(async () => {
      try {
        return await this.#fileInto(files, prepared, heldFiles);
      } catch (cause) {
        throw this.#journalFailed(prepared.copies.length, cause);
      } finally {
        // What was filed is durable and what was not is undone: a file that does not close changes neither.
        for (const file of files) this.#files.warnIfItFails(file.path.realPath, () => file.close());
      }
    });
  }

  /** Writes down that these blocks are in the dead letters. @throws ForensicsError FF_FILING_FAILED as {@link file} */
  bury(burials: readonly Burial[]): Promise<void> {
    const { journal, nowUs, turn } = this.#parts;
    return turn.take(async () => {
      try {
        journal.begin();
        for (const burial of burials) journal.bury(burial, nowUs());
        journal.pruneTraces(nowUs() - REMEMBER_US);
        journal.commit();
      } catch (cause) {
        throw this.#journalFailed(burials.length, cause);
      }
    });
  }

  async #fileInto(files: TargetFile[], { copies, refused }: PreparedBlocks, heldFiles: HeldFiles): Promise<Filed> {
    const { journal, counters, fileBound } = this.#parts;
    journal.begin();
    const { repeats, fresh } = this.#split(copies);
    const appendices = appendicesOf(fileBound.bounded(fresh, journal));
    const open = await this.#settle(
      appendices.filter(({ isOwnFile }) => !isOwnFile),
      files,
      heldFiles,
    );
    const own = appendices.filter(({ isOwnFile }) => isOwnFile);
    const filings = await this.#append(open, own, heldFiles);
    counters.repeated += repeats.length;
    const held = appendices.flatMap(({ path, copies: inFile }) => {
      const error = heldFiles.get(path.file);
      return error ? inFile.map(({ block }) => ({ block, error })) : [];
    });
    return { filings, repeats, refused, held };
  }

  /** Drops what is in its file already. */
  #split(copies: readonly BlockCopy[]): { repeats: Filing[]; fresh: BlockCopy[] } {
    const repeats: Filing[] = [];
    const fresh = new Map<string, BlockCopy>();
    for (const copy of copies) {
      const { block, copy: number } = copy;
      const filing = this.#parts.journal.filing(block.blockId, number);
      if (filing) repeats.push(filing);
      else if (!fresh.has(`${block.id} ${number}`)) fresh.set(`${block.id} ${number}`, copy);
    }
    return { repeats, fresh: [...fresh.values()] };
  }

  /**
   * Opens the files. What the journal learns of them is committed before anything is appended: else a crash in between would leave
   * half a block in a file whose end nobody knows.
   */
  async #settle(appendices: readonly Appendix[], files: TargetFile[], held: HeldFiles): Promise<OpenAppendix[]> {
    const { journal, settlement, rotatedFiles } = this.#parts;
    const open: OpenAppendix[] = [];
    let hasLearned = false;
    let hasRotated = false;
    for (const appendix of appendices) {
      const { file: name } = appendix.path;
      const known = journal.file(name);
      const settled = await this.#files.unlessHeld(appendix, held, () =>
        settlement.open(appendix.path, known, known ?? journal.lastOf(name), expectedBytes(appendix)),
      );
      if (!settled) continue;
      const { file, state, rotated } = settled;
      files.push(file);
      open.push({ ...appendix, file, state });
      if (state === known) continue;
      journal.putFile(name, state);
      if (rotated) journal.putGeneration(rotated);
      hasRotated ||= rotated !== undefined;
      hasLearned = true;
    }
    if (hasLearned) {
      journal.commit();
      journal.begin();
    }
    if (hasRotated) void rotatedFiles.tidy();
    return open;
  }

  async #append(open: readonly OpenAppendix[], own: readonly Appendix[], held: HeldFiles): Promise<Filing[]> {
    const { journal, counters, signatures, nowUs } = this.#parts;
    const written = [...(await this.#files.append(open, held)), ...(await this.#files.writeAlone(own, held))];
    let filings: Filing[];
    // No turn of the event loop from here to the commit: nobody sees what may be rolled back.
    try {
      filings = written.flatMap(({ state, appended }) => this.#enter(state, appended));
      if (filings.length > 0) this.#prune(filings.length);
    } catch (error) {
      for (const { file, state } of written) {
        if (file) this.#files.warnIfItFails(file.path.realPath, () => file.cutTo(state.end));
      }
      throw error;
    }
    // Not undone if it fails: the commit may have become durable, and then the blocks must be there.
    journal.commit();
    const durableUs = nowUs();
    for (const { copy } of written.flatMap(({ appended }) => appended)) {
      if (copy.copy === 0) counters.durable(copy.block.header.criterion.timeUs, durableUs);
    }
    for (const { length } of filings) counters.filedBytes += length;
    counters.filed += filings.length;
    const appendedTo = new Set(open.map(({ path }) => path.file));
    signatures?.filed(filings.filter(({ file }) => appendedTo.has(file)));
    return filings;
  }

  /** Enters what was written to one file in the journal. */
  #enter(state: FileState, appended: readonly AppendedCopy[]): Filing[] {
    const { journal, nowUs } = this.#parts;
    const { generation } = state;
    let { end, chain } = state;
    const filedAtUs = nowUs();
    const { file } = appended[0]!.copy.path;
    const filings = appended.map(({ copy, offset, length, sha256 }) => {
      const { node, session, criterion } = copy.block.header;
      chain = nextLink(chain, sha256);
      end = offset + length;
      const { blockId } = copy.block;
      const place = { file, generation, offset, length, sha256, chain };
      const filing = { blockId, node, session, criterion: criterion.name, ...place, filedAtUs };
      journal.add(filing, copy);
      return filing;
    });
    journal.putFile(file, { ...state, end, chain, begunUs: state.begunUs || filedAtUs });
    return filings;
  }

  #prune(filed: number): void {
    const { journal, nowUs } = this.#parts;
    journal.prune(nowUs() - REMEMBER_US, REMEMBER_BLOCKS, 2 * filed);
  }

  #journalFailed(count: number, cause: unknown): ForensicsError {
    const { journal, counters } = this.#parts;
    counters.failures += 1;
    this.#files.warnIfItFails('the journal', () => journal.rollback());
    return filingFailed('the journal', count, cause);
  }
}
