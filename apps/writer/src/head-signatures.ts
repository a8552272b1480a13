import { messageOf } from '@fleet-forensics/shared/error';
import { FIRST_LINK, nextLink } from '@fleet-forensics/shared/integrity/chain';
import { formatSignatureLine, MAX_SIGNED_BLOCKS, signatureFileName } from '@fleet-forensics/shared/integrity/signature-line';
import type { ChainPlace, SignedHead } from '@fleet-forensics/shared/integrity/signed-head';
import { HeadSigner } from '@fleet-forensics/shared/integrity/signing-key';
import type { SignatureSettings } from '@fleet-forensics/shared/settings/signature-settings';
import type { Filing } from '@fleet-forensics/shared/wire/block';
import type { FileCalls } from './file-calls.ts';
import type { Journal, OrderedFiling } from './journal.ts';
import { safePath } from './safe-path.ts';
import { TargetFile } from './target-file.ts';
import type { Turn } from './turn.ts';
import type { WriterCounters } from './writer-counters.ts';

/** How heads of chains are signed. */
export interface Signing {
  readonly signer: HeadSigner;
  /** How many blocks of a file may wait for their signature, 1 to MAX_SIGNED_BLOCKS. */
  readonly everyBlocks: number;
}

/** @returns undefined if nothing is to be signed @throws ForensicsError FF_BAD_KEY */
export function signingOf({ keyFile, everyBlocks }: SignatureSettings): Signing | undefined {
  return keyFile === '' ? undefined : { signer: HeadSigner.ofFile(keyFile), everyBlocks };
}

export interface HeadSignaturesParts extends Signing {
  /** Absolute. */
  readonly root: string;
  readonly journal: Journal;
  readonly turn: Turn;
  readonly calls: FileCalls;
  readonly counters: WriterCounters;
  readonly warn: (message: string) => void;
  /** Microseconds since 1970. */
  readonly nowUs: () => number;
}

/** The file that has a name, and how many of its blocks are not signed. */
interface Unsigned {
  readonly generation: number;
  readonly blocks: number;
}

/**
 * Signs the heads of the files' chains, beside the filing, and writes them to a signature file beside each file: docs/INTEGRITY.md. A
 * signature that can't be written holds no block up: it is made with a later one. What a crash cuts short is made again.
 */
export class HeadSignatures {
  readonly #parts: HeadSignaturesParts;
  /** By file: as many as there are files that are appended to. */
  readonly #unsigned = new Map<string, Unsigned>();
  readonly #due = new Map<string, { readonly file: string; readonly generation: number }>();
  #running: Promise<void> | undefined;

  constructor(parts: HeadSignaturesParts) {
    this.#parts = parts;
    // What was filed before the start, and not signed.
    for (const { file, generation, blocks } of parts.journal.unsignedFiles()) this.#count(file, generation, blocks);
  }

  /** Takes notice of blocks that were appended and are in the journal, and signs what is due. */
  filed(filings: readonly Filing[]): void {
    for (const { file, generation } of filings) this.#count(file, generation, 1);
    void this.sign();
  }

  /** Signs what is due. Called while it runs, it waits for that run. Never rejects. */
  sign(): Promise<void> {
    this.#running ??= this.#signAll().finally(() => (this.#running = undefined));
    return this.#running;
  }

  #count(file: string, generation: number, blocks: number): void {
    const last = this.#unsigned.get(file);
    const isSame = last?.generation === generation;
    // Nothing more comes into a file whose name another one has.
    if (last && !isSame) this.#isDue(file, last.generation);
    const unsigned = { generation, blocks: blocks + (isSame ? last.blocks : 0) };
    const isFull = unsigned.blocks >= this.#parts.everyBlocks;
    if (isFull) this.#isDue(file, generation);
    this.#unsigned.set(file, isFull ? { generation, blocks: 0 } : unsigned);
  }

  /** Waits for the signatures in hand. */
  async close(): Promise<void> {
    await this.#running;
  }

  #isDue(file: string, generation: number): void {
    this.#due.set(`${generation} ${file}`, { file, generation });
  }

  async #signAll(): Promise<void> {
    const due = [...this.#due.values()];
    this.#due.clear();
    for (const { file, generation } of due) {
      try {
        while (await this.#parts.turn.take(() => this.#signNext(file, generation)));
      } catch (error) {
        this.#isDue(file, generation);
        this.#parts.counters.signatureFailures += 1;
        this.#parts.warn(
          `${signatureFileName(file, generation)} is not written now, a later signature makes up for it: ${messageOf(error)}`,
        );
      }
    }
  }

  /** @returns false if nothing is left to sign */
  async #signNext(file: string, generation: number): Promise<boolean> {
    const { journal, signer, nowUs, counters } = this.#parts;
    // It excludes other writers of this journal from the signature file, too.
    journal.begin();
    try {
      const signed = journal.signedPlace(file, generation);
      const rows = journal.blocksBehind(file, generation, signed?.filedOrder ?? 0, MAX_SIGNED_BLOCKS);
      const { from, blocks } = signed ? { from: signed, blocks: rows } : this.#begin(file, generation, rows);
      const last = blocks.at(-1);
      if (!last) return false;
      const to = { blocks: from.blocks + blocks.length, offset: last.offset + last.length, link: last.chain };
      const head: SignedHead = { file, generation, from, to, signedAtUs: nowUs() };
      const line = formatSignatureLine({ head, blocks, keyId: signer.keyId, signature: signer.sign(head) });
      const bytes = await this.#write(file, generation, signed?.bytes, Buffer.from(line));
      journal.putSignedPlace(file, generation, { ...to, filedOrder: last.filedOrder, bytes });
      journal.commit();
      counters.signatures += 1;
      return rows.length === MAX_SIGNED_BLOCKS;
    } finally {
      journal.rollback();
    }
  }

  /** Where the first signature of a file begins: before its first block, or behind it if the link before that is forgotten. */
  #begin(
    file: string,
    generation: number,
    blocks: readonly OrderedFiling[],
  ): { from: ChainPlace; blocks: readonly OrderedFiling[] } {
    const [first] = blocks;
    const link = this.#parts.journal.linkBefore(file, generation) ?? FIRST_LINK;
    if (!first || nextLink(link, first.sha256).equals(first.chain)) {
      return { from: { blocks: 0, offset: first?.offset ?? 0, link }, blocks };
    }
    return { from: { blocks: 0, offset: first.offset + first.length, link: first.chain }, blocks: blocks.slice(1) };
  }

  /**
   * Appends a line, durably.
   * @param known bytes of the signature file that the journal knows; what lies behind is a line that a crash cut short
   * @returns bytes of the signature file
   */
  async #write(file: string, generation: number, known: number | undefined, line: Buffer): Promise<number> {
    const path = safePath(this.#parts.root, file);
    const target = new TargetFile(path, this.#parts.calls, signatureFileName(path.name, generation));
    try {
      // Without a journal that knows it, it is evidence of an older one: not to be cut, whatever its end is like.
      if (known !== undefined) target.cutTo(known);
      const { sizeBytes } = target.stats();
      const text = known === undefined && sizeBytes > 0 ? [Buffer.from('\n'), line] : [line];
      const bytes = sizeBytes + text.reduce((sum, { length }) => sum + length, 0);
      target.append(text);
      await target.sync(bytes);
      if (known === undefined) target.directory.sync();
      return bytes;
    } finally {
      target.close();
    }
  }
}
