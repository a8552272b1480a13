import { ForensicsError } from '@fleet-forensics/shared/error';
import type { BusRecord } from '@fleet-forensics/shared/bus/port';
import type { BlockHeader, BlockPart, Filing } from '@fleet-forensics/shared/wire/block';
import { decodeBlockPart } from '@fleet-forensics/shared/wire/codec';
import type { Burial } from './journal.ts';
import type { PartRecord, PartStore } from './part-store.ts';
import { wholeInOnePart, type WholeBlock } from './whole-block.ts';

/**
 * An unfinished block is given up when its partition's record time has moved on this far: its publisher would have sent it
 * again, and until then the group can't commit past its first part.
 */
export const MAX_UNFINISHED_MS = 3_600_000;

/** What a waiting part counts for beside its bytes: so that a flood of tiny ones is bounded too. */
export const PART_OVERHEAD_BYTES = 16 * 1024;

/** What a record brought: nothing yet if it is a part of a block that lacks others, or that was given up for good. */
export interface Arrival {
  /** Its block, if that is whole now, or was already. */
  readonly block?: WholeBlock;
  /** Of its block, if that is in its files already and none of its parts waits here. */
  readonly filings?: readonly Filing[];
}

/** A block to give up, with the parts that did come. */
export interface UnfinishedBlock {
  readonly id: string;
  readonly error: ForensicsError;
  readonly offsets: readonly number[];
  records(): Iterable<PartRecord>;
  readonly burial: Burial;
}

/** What became of blocks before. */
export interface SettledBlocks {
  /** Of the block with this id, if it is in its files. */
  filings(blockId: Uint8Array): Filing[];
  burial(blockId: Uint8Array): Burial | undefined;
}

interface Pending {
  readonly id: string;
  readonly blockId: Uint8Array;
  /** In the part store. */
  readonly key: string;
  readonly firstOffset: number;
  readonly firstTimeMs: number;
  lastOffset: number;
  lastTimeMs: number;
  /** Of each part that came. */
  readonly offsets: (number | undefined)[];
  header: BlockHeader | undefined;
  missing: number;
  listBytes: number;
  bytes: number;
}

/**
 * Puts the parts of blocks together again, per partition. Parts may come repeatedly and in any order. A block stays until it is
 * {@link BlockAssembly.forget forgotten}, so that its last part may come again after a failed filing.
 */
export class BlockAssembly {
  readonly #maxBytes: number;
  readonly #settled: SettledBlocks;
  readonly #store: PartStore;
  #bytes = 0;
  /** By partition; oldest block first. */
  readonly #pending = new Map<number, Map<string, Pending>>();

  /**
   * @param maxBytes of the parts that wait, over all partitions, with PART_OVERHEAD_BYTES for each
   * @param settled a late repeat of a part founds no new block
   */
  constructor(maxBytes: number, settled: SettledBlocks, store: PartStore) {
    this.#maxBytes = maxBytes;
    this.#settled = settled;
    this.#store = store;
  }

  /** Of the records of unfinished blocks, with what each counts for. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Takes a record. That of a block in one part is not copied.
   * @throws ForensicsError FF_BAD_RECORD if it is no block part, or contradicts an earlier part of its block; FF_PARTS_UNWRITABLE
   */
  add(partition: number, record: BusRecord): Arrival {
    const part = decodeBlockPart(record.value);
    const id = Buffer.from(part.blockId).toString('hex');
    if (part.parts === 1) return { block: wholeInOnePart(id, part, partRecord(record)) };
    const known = this.#pending.get(partition)?.get(id);
    if (!known) {
      const filings = this.#settled.filings(part.blockId);
      if (filings.length > 0) return { filings };
      if (this.#isBuried(partition, part.blockId, record)) return {};
    }
    const pending = known ?? this.#found(partition, id, record, part);
    // What comes under the id of a whole block repeats it: a request that is sent again after its session's end asks for less.
    if (pending.missing > 0) this.#keep(pending, part, record);
    return pending.missing > 0 ? {} : { block: this.#whole(pending, partition) };
  }

  /**
   * The unfinished blocks of a partition to give up as of the record time `timeMs`: the oldest ones while the bytes are over
   * their bound, and those older than MAX_UNFINISHED_MS. They stay until they are forgotten.
   */
  overdue(partition: number, timeMs: number): UnfinishedBlock[] {
    const overdue: UnfinishedBlock[] = [];
    let bytes = this.#bytes;
    for (const pending of this.#pending.get(partition)?.values() ?? []) {
      if (pending.missing === 0) continue;
      const expired = timeMs - pending.firstTimeMs > MAX_UNFINISHED_MS;
      if (!expired && bytes <= this.#maxBytes) break;
      bytes -= pending.bytes;
      const why = expired ? `after ${MAX_UNFINISHED_MS} ms` : `over ${this.#maxBytes} bytes (FF_WRITER_PENDING_BYTES)`;
      overdue.push(this.#unfinished(pending, partition, why));
    }
    return overdue;
  }

  /** The offset that a commit must not pass: of the first record of the partition's oldest unfinished block. */
  oldestOffset(partition: number): number | undefined {
    const [oldest] = this.#pending.get(partition)?.values() ?? [];
    return oldest?.firstOffset;
  }

  /** Lets go of a block: it is filed, or among the dead letters. */
  forget(partition: number, id: string): void {
    const blocks = this.#pending.get(partition);
    const pending = blocks?.get(id);
    if (pending) this.#release(pending);
    blocks?.delete(id);
  }

  /** Lets go of a partition: its records will come again, here or elsewhere. */
  drop(partition: number): void {
    for (const pending of this.#pending.get(partition)?.values() ?? []) this.#release(pending);
    this.#pending.delete(partition);
  }

  #release(pending: Pending): void {
    this.#bytes -= unfinishedBytes(pending);
    this.#store.remove(pending.key);
  }

  #isBuried(partition: number, blockId: Uint8Array, { offset, timeMs }: BusRecord): boolean {
    const burial = this.#settled.burial(blockId);
    return burial?.partition === partition && offset <= burial.lastOffset && timeMs <= burial.timeMs;
  }

  #found(partition: number, id: string, { offset, timeMs }: BusRecord, { blockId, parts }: BlockPart): Pending {
    const pending: Pending = {
      id,
      blockId: Buffer.from(blockId),
      key: `${partition}/${id}`,
      firstOffset: offset,
      firstTimeMs: timeMs,
      lastOffset: offset,
      lastTimeMs: timeMs,
      offsets: Array.from<undefined>({ length: parts }),
      header: undefined,
      missing: parts,
      listBytes: 0,
      bytes: 0,
    };
    const blocks = this.#pending.get(partition) ?? new Map<string, Pending>();
    this.#pending.set(partition, blocks.set(id, pending));
    return pending;
  }

  #keep(pending: Pending, { part, parts: count, header, messages }: BlockPart, arrived: BusRecord): void {
    const { id, key, offsets } = pending;
    if (offsets.length !== count) {
      throw new ForensicsError('FF_BAD_RECORD', `block part ${id} is one of ${count}, an earlier one of ${offsets.length}`);
    }
    if (offsets[part] !== undefined) return;
    this.#store.put(key, part, partRecord(arrived));
    this.#bytes -= unfinishedBytes(pending);
    offsets[part] = arrived.offset;
    if (header) pending.header = header;
    pending.lastOffset = Math.max(pending.lastOffset, arrived.offset);
    pending.lastTimeMs = Math.max(pending.lastTimeMs, arrived.timeMs);
    pending.missing -= 1;
    pending.listBytes += messages.length;
    pending.bytes += arrived.value.length + PART_OVERHEAD_BYTES;
    this.#bytes += unfinishedBytes(pending);
  }

  #whole(pending: Pending, partition: number): WholeBlock {
    const { id, blockId, header, firstTimeMs: timeMs, listBytes } = pending;
    const records = () => this.#records(pending);
    return {
      id,
      blockId,
      header: header!,
      timeMs,
      listBytes,
      records,
      offsets: arrivedOffsets(pending),
      burial: burialOf(pending, partition),
      *lists() {
        for (const { value } of records()) yield decodeBlockPart(value).messages;
      },
    };
  }

  #unfinished(pending: Pending, partition: number, why: string): UnfinishedBlock {
    const { id, missing, offsets } = pending;
    const what = `block ${id} lacks ${missing} of ${offsets.length} parts, given up ${why}`;
    const error = new ForensicsError('FF_BLOCK_UNFINISHED', `${what}; the parts that came are in the dead letters`);
    const records = () => this.#records(pending);
    return { id, error, offsets: arrivedOffsets(pending), records, burial: burialOf(pending, partition) };
  }

  *#records({ key, offsets }: Pending): Generator<PartRecord> {
    for (const [part, offset] of offsets.entries()) if (offset !== undefined) yield this.#store.get(key, part);
  }
}

/** A whole block's don't count: they are let go of as soon as it is filed, and giving up others would not free them. */
function unfinishedBytes({ missing, bytes }: Pending): number {
  return missing > 0 ? bytes : 0;
}

function arrivedOffsets({ offsets }: Pending): number[] {
  return offsets.filter((offset) => offset !== undefined);
}

function burialOf({ blockId, lastOffset, lastTimeMs: timeMs }: Pending, partition: number): Burial {
  return { blockId, partition, lastOffset, timeMs };
}

function partRecord({ offset, timeMs, key, value }: BusRecord): PartRecord {
  return { offset, timeMs, key: key ?? new Uint8Array(), value };
}
