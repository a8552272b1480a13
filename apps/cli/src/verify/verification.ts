import { statSync } from 'node:fs';
import type { BlockRecord, RecordedFile } from './block-record.ts';
import { checkFile } from './file-check.ts';
import { pathsOf } from './stored-file.ts';
import type { Verdict } from './verdict.ts';
import { disagreementText, shownName, verdictText } from './verdict-text.ts';
import { disagreement } from './witness.ts';

export interface VerificationOptions {
  /** Absolute. */
  readonly root: string;
  /** A file is compared with the first one that knows it, and that one with the others. */
  readonly records: readonly BlockRecord[];
  /** Among them. */
  readonly signatures?: BlockRecord | undefined;
  /** Told of each file, in lines. */
  readonly say: (text: string) => void;
  /** Told now and then how far it is. */
  readonly progressed: (done: Counts) => void;
}

/** What was done up to now. */
export interface Counts {
  intact: number;
  notIntact: number;
  /** Of all files, as far as they are there. */
  filesInAll: number;
  bytesInAll: number;
  bytes: number;
}

/** Compares files with what is recorded of them, one after the other. */
export class Verification {
  readonly counts: Counts = { intact: 0, notIntact: 0, filesInAll: 0, bytesInAll: 0, bytes: 0 };
  readonly #options: VerificationOptions;
  /** By file and generation. */
  readonly #knownTo = new Map<string, Set<BlockRecord>>();

  constructor(options: VerificationOptions) {
    this.#options = options;
  }

  /** All generations of one file, or all files, that any record knows. */
  files(file?: string): RecordedFile[] {
    const found = new Map<string, RecordedFile>();
    for (const record of this.#options.records) {
      for (const each of record.files(file)) {
        const key = keyOf(each);
        if (!found.has(key)) found.set(key, each);
        this.#knownTo.set(key, (this.#knownTo.get(key) ?? new Set()).add(record));
      }
    }
    return [...found.values()];
  }

  /** @param files of {@link files} */
  async run(files: readonly RecordedFile[]): Promise<void> {
    this.counts.filesInAll = files.length;
    for (const file of files) this.counts.bytesInAll += this.#sizeOf(file);
    for (const file of files) {
      const isIntact = await this.#verify(file);
      if (isIntact) this.counts.intact += 1;
      else this.counts.notIntact += 1;
    }
  }

  async #verify(file: RecordedFile): Promise<boolean> {
    const { say } = this.#options;
    const [record, ...others] = this.#knownTo.get(keyOf(file))!;
    const verdict = await this.#check(file, record!);
    say(verdictText(verdict, record!.name));
    let isIntact = verdict.findings.length === 0;
    for (const other of others) {
      const differing = disagreement(record!.of(file).blocks, other.of(file).blocks);
      if (!differing) continue;
      isIntact = false;
      say(disagreementText(file, differing, record!.name, other.name));
      say(verdictText(await this.#check(file, other), other.name));
    }
    this.#saySigned(file, verdict);
    return isIntact;
  }

  #saySigned(file: RecordedFile, { blocks, findings }: Verdict): void {
    const { signatures, say } = this.#options;
    if (!signatures) return;
    const signed = signatures.of(file).blocks;
    const end = signed.length === 0 ? 'none of its blocks is signed' : `signed up to offset ${signed.end(signed.length - 1)}`;
    const isAll = findings.length === 0 && signed.length > 0 && signed.end(signed.length - 1) === blocks.offset(blocks.length);
    say(`note       ${shownName(file)}: ${isAll ? 'signed to its end' : end}\n`);
  }

  #check(file: RecordedFile, record: BlockRecord): Promise<Verdict> {
    const compared = (bytes: number): void => {
      this.counts.bytes += bytes;
      this.#options.progressed(this.counts);
    };
    return checkFile(file, { root: this.#options.root, record, compared });
  }

  /** On the disk; of those that are not there, 0: it is for the progress alone. */
  #sizeOf(file: RecordedFile): number {
    for (const path of pathsOf(this.#options.root, file)) {
      const stats = statSync(path, { throwIfNoEntry: false });
      if (stats) return stats.size;
    }
    return 0;
  }
}

function keyOf({ file, generation }: RecordedFile): string {
  return `${generation} ${file}`;
}
