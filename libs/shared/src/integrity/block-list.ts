import { ForensicsError } from '../error.ts';
import type { Filing } from '../wire/block.ts';

/** What was written down of a block when it was filed, as far as the file and the chain can be checked against it. */
export type RecordedBlock = Pick<Filing, 'blockId' | 'offset' | 'length' | 'sha256' | 'chain'>;

const OFFSET_AT = 0;
const LENGTH_AT = 8;
const ID_AT = 16;
const SHA256_AT = 32;
const CHAIN_AT = 64;
/** Bytes of one block. */
const ENTRY_BYTES = 96;
const ENTRIES_PER_PAGE = 4096;

/** The recorded blocks of one file in the order in which they were filed. 96 bytes each: those of a file of 24 GB take 100 MB. */
export class BlockList {
  readonly #pages: Buffer[] = [];
  #length = 0;

  static of(blocks: Iterable<RecordedBlock>): BlockList {
    const list = new BlockList();
    for (const block of blocks) list.add(block);
    return list;
  }

  get length(): number {
    return this.#length;
  }

  /** @throws ForensicsError FF_RECORD_DAMAGED if it can't have been written down so */
  add({ blockId, offset, length, sha256, chain }: RecordedBlock): void {
    const isWhole = blockId.length === 16 && sha256.length === 32 && chain.length === 32 && offset >= 0 && length > 0;
    if (!isWhole) {
      const id = Buffer.from(blockId).toString('hex');
      throw new ForensicsError('FF_RECORD_DAMAGED', `what is recorded of block ${id} at offset ${offset} is damaged`);
    }
    const index = this.#length % ENTRIES_PER_PAGE;
    if (index === 0) this.#pages.push(Buffer.allocUnsafe(ENTRIES_PER_PAGE * ENTRY_BYTES));
    const page = this.#pages.at(-1)!;
    const at = index * ENTRY_BYTES;
    page.writeDoubleLE(offset, at + OFFSET_AT);
    page.writeDoubleLE(length, at + LENGTH_AT);
    page.set(blockId, at + ID_AT);
    page.set(sha256, at + SHA256_AT);
    page.set(chain, at + CHAIN_AT);
    this.#length += 1;
  }

  /** Its bytes share the list's memory. @throws RangeError if there is none */
  at(index: number): RecordedBlock {
    const { page, at } = this.#entry(index);
    return {
      blockId: page.subarray(at + ID_AT, at + SHA256_AT),
      offset: page.readDoubleLE(at + OFFSET_AT),
      length: page.readDoubleLE(at + LENGTH_AT),
      sha256: page.subarray(at + SHA256_AT, at + CHAIN_AT),
      chain: page.subarray(at + CHAIN_AT, at + ENTRY_BYTES),
    };
  }

  /** Bytes from the file's start to the block, or, where the list ends, to the end of the last one; 0 if there is none. */
  offset(index: number): number {
    if (index === this.#length) return index === 0 ? 0 : this.end(index - 1);
    const { page, at } = this.#entry(index);
    return page.readDoubleLE(at + OFFSET_AT);
  }

  /** Bytes from the file's start to behind the block. */
  end(index: number): number {
    const { page, at } = this.#entry(index);
    return page.readDoubleLE(at + OFFSET_AT) + page.readDoubleLE(at + LENGTH_AT);
  }

  #entry(index: number): { page: Buffer; at: number } {
    if (index < 0 || index >= this.#length) throw new RangeError(`no block ${index} of ${this.#length}`);
    return { page: this.#pages[Math.floor(index / ENTRIES_PER_PAGE)]!, at: (index % ENTRIES_PER_PAGE) * ENTRY_BYTES };
  }
}
