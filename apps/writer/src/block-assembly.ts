import { ForensicsError } from '@fleet-forensics/shared/error';
import type { BusRecord } from '@fleet-forensics/shared/bus/port';
import type { BlockHeader, BlockPart, Filing } from '@fleet-forensics/shared/wire/block';
import { decodeBlockPart } from '@fleet-forensics/shared/wire/codec';

/**
 * An unfinished block is given up when its partition's record time has moved on this far: its publisher would have sent it
 * again, and until then the group can't commit past its first part.
 */
export const MAX_UNFINISHED_MS = 3_600_000;

/** A record of forensic.blocks that a part came in. */
export interface PartRecord {
  readonly offset: number;
  readonly timeMs: number;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** A block with all its parts. */
export interface WholeBlock {
  /** `blockId` in hexadecimal. */
  readonly id: string;
  /** 16 bytes. */
  readonly blockId: Uint8Array;
  readonly header: BlockHeader;
  readonly messages: Uint8Array;
  readonly records: readonly PartRecord[];
}

/** What a record brought: nothing yet if it is a part of a block that lacks others. */
export interface Arrival {
  /** Its block, if that is whole now, or was already. */
  readonly block?: WholeBlock;
  /** Of its block, if that is in its file already and none of its parts waits here. */
  readonly filing?: Filing;
}

/** A block to give up, with the parts that did come. */
export interface UnfinishedBlock {
  readonly id: string;
  readonly error: ForensicsError;
  readonly records: readonly PartRecord[];
}

interface Pending {
  readonly id: string;
  readonly firstOffset: number;
  readonly firstTimeMs: number;
  readonly records: (PartRecord | undefined)[];
  readonly parts: (BlockPart | undefined)[];
  missing: number;
  bytes: number;
}

/**
 * Puts the parts of blocks together again, per partition. Parts may come repeatedly and in any order. A block stays until it is
 * {@link BlockAssembly.forget forgotten}, so that its last part may come again after a failed filing.
 */
export class BlockAssembly {
  readonly #maxBytes: number;
  readonly #filing: (blockId: Uint8Array) => Filing | undefined;
  #bytes = 0;
  /** By partition; oldest block first. */
  readonly #pending = new Map<number, Map<string, Pending>>();

  /**
   * @param maxBytes of the parts that wait, over all partitions
   * @param filing of the block with this id, if it is in its file: a late repeat of one of its parts founds no new block
   */
  constructor(maxBytes: number, filing: (blockId: Uint8Array) => Filing | undefined) {
    this.#maxBytes = maxBytes;
    this.#filing = filing;
  }

  /** Of the records of unfinished blocks. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Takes a record. That of a block in one part is not copied.
   * @throws ForensicsError FF_BAD_RECORD if it is no block part, or contradicts an earlier part of its block
   */
  add(partition: number, record: BusRecord): Arrival {
    const part = decodeBlockPart(record.value);
    const id = Buffer.from(part.blockId).toString('hex');
    if (part.parts === 1) return { block: wholeBlock(id, [part], [partRecord(record)]) };
    const known = this.#pending.get(partition)?.get(id);
    const filing = known ? undefined : this.#filing(part.blockId);
    if (filing) return { filing };
    const pending = known ?? this.#found(partition, id, record, part.parts);
    // What comes under the id of a whole block repeats it: a request that is sent again after its session's end asks for less.
    if (pending.missing > 0) this.#keep(pending, part, record);
    if (pending.missing > 0) return {};
    return { block: wholeBlock(id, pending.parts as BlockPart[], pending.records as PartRecord[]) };
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
      overdue.push(unfinishedBlock(pending, why));
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
    if (pending) this.#bytes -= unfinishedBytes(pending);
    blocks?.delete(id);
  }

  /** Lets go of a partition: its records will come again, here or elsewhere. */
  drop(partition: number): void {
    for (const pending of this.#pending.get(partition)?.values() ?? []) this.#bytes -= unfinishedBytes(pending);
    this.#pending.delete(partition);
  }

  #found(partition: number, id: string, { offset, timeMs }: BusRecord, parts: number): Pending {
    const pending: Pending = {
      id,
      firstOffset: offset,
      firstTimeMs: timeMs,
      records: Array.from<undefined>({ length: parts }),
      parts: Array.from<undefined>({ length: parts }),
      missing: parts,
      bytes: 0,
    };
    const blocks = this.#pending.get(partition) ?? new Map<string, Pending>();
    this.#pending.set(partition, blocks.set(id, pending));
    return pending;
  }

  #keep(pending: Pending, { part, parts: count }: BlockPart, arrived: BusRecord): void {
    const { id, parts, records } = pending;
    if (parts.length !== count) {
      throw new ForensicsError('FF_BAD_RECORD', `block part ${id} is one of ${count}, an earlier one of ${parts.length}`);
    }
    if (parts[part]) return;
    const record = copyOf(arrived);
    this.#bytes -= unfinishedBytes(pending);
    records[part] = record;
    parts[part] = decodeBlockPart(record.value);
    pending.missing -= 1;
    pending.bytes += record.value.length;
    this.#bytes += unfinishedBytes(pending);
  }
}

/** A whole block's don't count: they are let go of as soon as it is filed, and giving up others would not free them. */
function unfinishedBytes({ missing, bytes }: Pending): number {
  return missing > 0 ? bytes : 0;
}

function unfinishedBlock({ id, missing, parts, records }: Pending, why: string): UnfinishedBlock {
  const what = `block ${id} lacks ${missing} of ${parts.length} parts, given up ${why}`;
  const error = new ForensicsError('FF_BLOCK_UNFINISHED', `${what}; the parts that came are in the dead letters`);
  return { id, error, records: records.filter((record) => record !== undefined) };
}

function wholeBlock(id: string, parts: readonly BlockPart[], records: readonly PartRecord[]): WholeBlock {
  const { blockId, header, messages } = parts[0]!;
  const all = parts.length === 1 ? messages : Buffer.concat(parts.map((part) => part.messages));
  return { id, blockId, header: header!, messages: all, records };
}

function partRecord({ offset, timeMs, key, value }: BusRecord): PartRecord {
  return { offset, timeMs, key: key ?? new Uint8Array(), value };
}

// A record's bytes are the driver's own again once the batch is done.
function copyOf(record: BusRecord): PartRecord {
  const { offset, timeMs, key, value } = partRecord(record);
  return { offset, timeMs, key: Buffer.from(key), value: Buffer.from(value) };
}
