import { createHash } from 'node:crypto';
import { encodeBlockPart } from '@fleet-forensics/shared/wire/codec';
import type { BlockHeader } from '@fleet-forensics/shared/wire/block';
import { MAX_RECORD_BYTES } from '@fleet-forensics/shared/wire/limits';
import { MessageListReader } from '@fleet-forensics/shared/wire/message-list';
import type { Chunk } from './ring.ts';

/** A forensic block on its way to the writer. */
export interface Block {
  /** 16 bytes, the same on every replay. */
  readonly id: Buffer;
  readonly header: BlockHeader;
  /** MessageLists; concatenated they are the block's. */
  readonly chunks: readonly Chunk[];
}

/** Room for a part's header: a path, a detail and a full context. */
const HEADER_BYTES = 20_000;

const PART_BYTES = MAX_RECORD_BYTES - HEADER_BYTES;

/**
 * The first 128 bits of SHA-256 over the session's key and the criterion's sequence number, or its offset where the publisher
 * gives none.
 */
export function blockId(sessionKey: string, seq: number, offset: number): Buffer {
  const event = seq > 0 ? `seq ${seq}` : `offset ${offset}`;
  return createHash('sha256').update(`${sessionKey}\0${event}`).digest().subarray(0, 16);
}

/** The block as values of forensic.blocks, in order, each of at most MAX_RECORD_BYTES. */
export function encodeBlock(block: Block): Buffer[] {
  const pieces = pack(block.chunks.flatMap(({ bytes }) => cut(bytes)));
  return pieces.map((messages, part) =>
    encodeBlockPart({
      blockId: block.id,
      part,
      parts: pieces.length,
      messages,
      ...(part === 0 && { header: block.header }),
    }),
  );
}

/** Joins neighbours as long as they fit into one part; always at least one. */
function pack(lists: readonly Uint8Array[]): Buffer[] {
  const parts: Uint8Array[][] = [[]];
  let byteLength = 0;
  for (const list of lists) {
    if (byteLength > 0 && byteLength + list.length > PART_BYTES) {
      parts.push([]);
      byteLength = 0;
    }
    parts.at(-1)!.push(list);
    byteLength += list.length;
  }
  return parts.map((part) => Buffer.concat(part));
}

/** Cuts a list that is too long for a part between its messages. */
function cut(list: Uint8Array): Uint8Array[] {
  if (list.length <= PART_BYTES) return [list];
  const pieces: Uint8Array[] = [];
  const reader = new MessageListReader(list);
  let start = 0;
  let end = 0;
  while (reader.next()) {
    if (reader.position - start > PART_BYTES) {
      pieces.push(list.subarray(start, end));
      start = end;
    }
    end = reader.position;
  }
  pieces.push(list.subarray(start));
  return pieces;
}
