import { messageOf } from '@fleet-forensics/shared/error';
import { identityOf } from '@fleet-forensics/shared/integrity/file-identity';
import type { FileCalls } from './file-calls.ts';
import type { FileState, Generation, Journal } from './journal.ts';
import type { SafePath } from './safe-path.ts';
import { TargetFile, type FileStats } from './target-file.ts';
import type { WriterCounters } from './writer-counters.ts';

const DAY_US = 86_400_000_000;

/** When a file gets another name, and the next block begins a new one. */
export interface Rotation {
  /** Before a file would grow over this; 0: at no size. */
  readonly maxBytes: number;
  /** When the UTC day is another one than when its first block was filed. */
  readonly daily: boolean;
}

export interface SettlementOptions {
  readonly calls: FileCalls;
  readonly journal: Pick<Journal, 'lastBlock'>;
  readonly counters: WriterCounters;
  readonly rotation: Rotation;
  readonly warn: (message: string) => void;
  /** Microseconds since 1970. */
  readonly nowUs: () => number;
}

/** A file that ends where `state` says: its next block belongs there. */
export interface SettledFile {
  readonly file: TargetFile;
  readonly state: FileState;
  /** The file that had the name before, if it is beside it under the name of its generation. */
  readonly rotated: Generation | undefined;
}

/** What a name's next file goes on from. */
export type NewestFile = Pick<FileState, 'generation' | 'chain'>;

/** The name of a file that was rotated, in the same directory: `forensic.log.3`. */
export function rotatedName(name: string, generation: number): string {
  return `${name}.${generation}`;
}

/** Makes files and the journal agree on where blocks end, and rotates: docs/adr/0003-writer-journal.md, 0012-rotation-by-renaming.md. */
export class Settlement {
  readonly #options: SettlementOptions;
  /** Files whose rotation was put off and that was said: as many as there are files. */
  readonly #putOff = new Set<string>();

  constructor(options: SettlementOptions) {
    this.#options = options;
  }

  /**
   * Opens a file to append `bytes` to it.
   * @param known by the journal of the file of this name
   * @param last by the journal of the newest file that had this name
   * @throws what TargetFile throws
   */
  async open(path: SafePath, known: FileState | undefined, last: NewestFile, bytes: number): Promise<SettledFile> {
    const settled = this.#settled(path, known, last);
    if (!this.#isDue(settled.state, bytes) || !(await this.#rename(settled))) return settled;
    settled.file.close();
    return this.#settled(path, settled.state, settled.state);
  }

  #settled(path: SafePath, known: FileState | undefined, last: NewestFile): SettledFile {
    const file = new TargetFile(path, this.#options.calls);
    try {
      return this.#agree(file, known, last);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Cuts off a torn write, and nothing else: what the journal does not know as its own file's stays. */
  #agree(file: TargetFile, known: FileState | undefined, { chain, generation: newest }: NewestFile): SettledFile {
    const stats = file.stats();
    const { identity, sizeBytes } = stats;
    if (known && identity === known.identity && sizeBytes >= known.end) {
      this.#cutTorn(file, sizeBytes, known.end);
      return { file, state: known, rotated: undefined };
    }
    file.directory.sync();
    const rotated = known && identity !== known.identity ? this.#rotatedFrom(file, known) : undefined;
    if (known && !rotated && this.#isCopy(file, sizeBytes, known)) return { file, state: { ...known, identity }, rotated };
    if (rotated && sizeBytes === 0) this.#options.counters.rotated += 1;
    else this.#sayAdopted(file, stats, known);
    // One that was cut is still the same. One that the journal had forgotten takes no number that its blocks have.
    const generation = identity === known?.identity ? known.generation : newest + 1;
    const begunUs = sizeBytes > 0 ? this.#options.nowUs() : 0;
    return { file, state: { identity, end: sizeBytes, chain, generation, begunUs }, rotated };
  }

  #cutTorn(file: TargetFile, sizeBytes: number, end: number): void {
    if (sizeBytes === end) return;
    file.cutTo(end);
    this.#options.counters.tornTails += 1;
    this.#options.warn(`${file.path.realPath}: cut off ${sizeBytes - end} bytes behind the last whole block, at ${end}`);
  }

  /** Whoever renamed it, and whenever: a crash may have come behind it. */
  #rotatedFrom({ directory, path }: TargetFile, { identity, generation }: FileState): Generation | undefined {
    const stats = directory.lstat(rotatedName(path.name, generation));
    if (!stats || identityOf(stats) !== identity) return undefined;
    return { file: path.file, generation, rotatedAtUs: this.#options.nowUs(), state: 'plain' };
  }

  /** Whether it is what was filed, put back from a backup or moved to another disk: it ends where the journal says, with that block. */
  #isCopy(file: TargetFile, sizeBytes: number, { end, generation }: FileState): boolean {
    if (sizeBytes !== end) return false;
    const last = this.#options.journal.lastBlock(file.path.file, generation);
    if (!last || last.offset + last.length !== end) return false;
    return file.sha256(last.offset, last.length).equals(last.sha256);
  }

  #sayAdopted(file: TargetFile, stats: FileStats, known: FileState | undefined): void {
    const why = whyAdopted(stats, known);
    if (!why) return;
    this.#options.counters.adopted += 1;
    this.#options.warn(`${file.path.realPath}: ${why}; blocks go on at its end, ${stats.sizeBytes}`);
  }

  #isDue({ end, begunUs }: FileState, bytes: number): boolean {
    const { rotation, nowUs } = this.#options;
    if (end === 0) return false;
    if (rotation.maxBytes > 0 && end + bytes > rotation.maxBytes) return true;
    return rotation.daily && begunUs > 0 && Math.floor(begunUs / DAY_US) !== Math.floor(nowUs() / DAY_US);
  }

  /** False: it can't be renamed now. Blocks are not held up by that: they go on in the file. */
  async #rename({ file, state: { end, generation } }: SettledFile): Promise<boolean> {
    const { name, file: spelling, realPath } = file.path;
    const aside = rotatedName(name, generation);
    try {
      // A torn tail that was cut off must not come back under the other name.
      await file.sync(end);
      if (file.directory.lstat(aside)) throw new Error(`${aside} is there already, move it away`);
      file.directory.rename(name, aside);
      this.#putOff.delete(spelling);
      return true;
    } catch (error) {
      this.#options.counters.rotationsPutOff += 1;
      if (!this.#putOff.has(spelling)) this.#options.warn(`${realPath} is not rotated, and grows on: ${messageOf(error)}`);
      this.#putOff.add(spelling);
      return false;
    }
  }
}

function whyAdopted({ identity, sizeBytes }: FileStats, known: FileState | undefined): string | undefined {
  if (!known) return sizeBytes > 0 ? `holds ${sizeBytes} bytes that are not in the journal` : undefined;
  if (identity !== known.identity) return `is another file than the one of ${known.end} bytes before (rotated or exchanged)`;
  return `has ${sizeBytes} bytes where ${known.end} were filed (cut)`;
}
