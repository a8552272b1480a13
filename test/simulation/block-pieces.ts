import type { Producer } from '@fleet-forensics/shared/bus/port';
import { BLOCKS } from '@fleet-forensics/shared/topics';
import { decodeBlockPart, encodeBlockPart } from '@fleet-forensics/shared/wire/codec';
import { MAX_BLOCK_PARTS } from '@fleet-forensics/shared/wire/limits';
import { MessageListReader } from '@fleet-forensics/shared/wire/message-list';

/** A producer whose blocks come in parts of a few messages each, as those of long rings do. */
export function cuttingBlocks(producer: Producer, messagesPerPart: number): Producer {
  return {
    send: (topic, records) => {
      if (topic !== BLOCKS) return producer.send(topic, records);
      const cut = records.flatMap((record) =>
        inPieces(record.value, messagesPerPart).map((value) => Object.assign({}, record, { value })),
      );
      return producer.send(topic, cut);
    },
  };
}

/** A block in one part, as several; others as they are, and those that hold a damaged list. */
export function inPieces(value: Uint8Array, messagesPerPart: number): Uint8Array[] {
  const { blockId, parts, header, messages } = decodeBlockPart(value);
  if (parts > 1 || !header) return [value];
  const atLeast = Math.ceil((header.skip + header.messageCount) / MAX_BLOCK_PARTS);
  const ends = endsOf(messages, Math.max(messagesPerPart, atLeast));
  if (ends.length < 2) return [value];
  return ends.map((end, part) => {
    const piece = messages.subarray(ends[part - 1] ?? 0, end);
    return encodeBlockPart({ blockId, part, parts: ends.length, messages: piece, ...(part === 0 && { header }) });
  });
}

/** Where pieces of so many messages end; none if the list is damaged. */
function endsOf(messages: Uint8Array, messagesPerPart: number): number[] {
  const reader = new MessageListReader(messages);
  const ends: number[] = [];
  try {
    for (let count = 1; reader.next(); count++) {
      if (count % messagesPerPart === 0 || reader.position === messages.length) ends.push(reader.position);
    }
    return ends;
  } catch {
    return [];
  }
}
