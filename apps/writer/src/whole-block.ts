import type { BlockHeader, BlockPart } from '@fleet-forensics/shared/wire/block';
import type { Burial } from './journal.ts';
import type { PartRecord } from './part-store.ts';

/** A block with all its parts. */
export interface WholeBlock {
  /** `blockId` in hexadecimal. */
  readonly id: string;
  /** 16 bytes. */
  readonly blockId: Uint8Array;
  readonly header: BlockHeader;
  /** When its first part came, by the log's clock, milliseconds since 1970. */
  readonly timeMs: number;
  /** Of its MessageList. */
  readonly listBytes: number;
  /** Its MessageList in pieces, cut between messages, in order; at each call from the beginning. */
  lists(): Iterable<Uint8Array>;
  /** Of its parts. */
  readonly offsets: readonly number[];
  /** Its parts as they came; at each call from the first. */
  records(): Iterable<PartRecord>;
  /** To write down if it goes to the dead letters; one in one part needs none. */
  readonly burial?: Burial;
}

/** A block whose only part this is; it shares the record's memory. */
export function wholeInOnePart(id: string, { blockId, header, messages }: BlockPart, record: PartRecord): WholeBlock {
  return {
    id,
    blockId,
    header: header!,
    timeMs: record.timeMs,
    listBytes: messages.length,
    lists: () => [messages],
    offsets: [record.offset],
    records: () => [record],
  };
}
