import { createHash } from 'node:crypto';
import { encodeBlockPart } from '@fleet-forensics/shared/wire/codec';
import type { BlockHeader } from '@fleet-forensics/shared/wire/block';
import {
  MAX_DETAIL_BYTES,
  MAX_FORMATS,
  MAX_NAME_BYTES,
  MAX_PATH_BYTES,
  MAX_RECORD_BYTES,
} from '@fleet-forensics/shared/wire/limits';
import { MessageListReader } from '@fleet-forensics/shared/wire/message-list';
import { CONTEXT_TEXTS } from '@fleet-forensics/shared/wire/session-event';
import { TRACEPARENT_BYTES } from '@fleet-forensics/shared/wire/traceparent';

/** A forensic block on its way to the writer. */
export interface Block {
  /** 16 bytes, the same on every replay. */
  readonly id: Buffer;
  readonly header: BlockHeader;
  /** A MessageList; `header.skip` of its first messages are not part of the block. */
  readonly messages: Buffer;
}

/** Names in a header at most: node, session, criterion, its requester, the source's topic, a full context, all formats. */
const MAX_NAMES = 5 + CONTEXT_TEXTS.length + MAX_FORMATS;

/** Room for a part's other fields: the header's texts with tag and length each, and its numbers. */
const HEADER_BYTES = MAX_PATH_BYTES + MAX_DETAIL_BYTES + MAX_NAMES * (MAX_NAME_BYTES + 4) + 2 * (TRACEPARENT_BYTES + 2) + 1024;

const PART_BYTES = MAX_RECORD_BYTES - HEADER_BYTES;

/**
 * The first 128 bits of SHA-256 over the session's key and the criterion's sequence number, or its offset where the publisher
 * gives none.
 */
export function blockId(sessionKey: string, seq: number, offset: number): Buffer {
  const event = seq > 0 ? `seq ${seq}` : `offset ${offset}`;
  return createHash('sha256').update(`${sessionKey}\0${event}`).digest().subarray(0, 16);
}

/**
 * The block as values of forensic.blocks, in order, each of at most MAX_RECORD_BYTES; always at least one.
 * @throws ForensicsError FF_BAD_MESSAGE_LIST if a list that is too long for one part is damaged
 */
export function encodeBlock({ id, header, messages }: Block): Buffer[] {
  const pieces = cut(messages);
  return pieces.map((piece, part) =>
    encodeBlockPart({ blockId: id, part, parts: pieces.length, messages: piece, ...(part === 0 && { header }) }),
  );
}

/** Cuts a list into pieces that fit into a part, between its messages. */
function cut(list: Buffer): Buffer[] {
  if (list.length <= PART_BYTES) return [list];
  const pieces: Buffer[] = [];
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
