import type { BlockHeader } from '@fleet-forensics/shared/wire/block';
import { LOG_TYPE_NAMES, LogType } from '@fleet-forensics/shared/wire/log-type';
import { MessageListReader } from '@fleet-forensics/shared/wire/message-list';
import { type FormattedBlock, formatsOf } from './block-formats.ts';
import { blockFoot, blockHead, type TextFormat } from './block-head.ts';
import { checkMessageCount } from './message-count.ts';
import { TextBuffer, viewOf } from './text-buffer.ts';

/** A block's text is handed over when it has grown to this. */
const PIECE_BYTES = 1024 * 1024;
/** Room for the head, the foot, and what prefixes add to messages of usual length. */
const ROOM_BYTES = 4096;

/** Levels from here on are written `N`, as upstream does. */
const FIRST_UNNAMED_LEVEL = 50;
const LEVELS = [...Array.from({ length: FIRST_UNNAMED_LEVEL }, (_, level) => String(level)), 'N'];
/** `[Type:level] ` by type and level; syslog's lack the PID and the bracket. */
const PREFIXES = LOG_TYPE_NAMES.map((name, type) =>
  LEVELS.map((level) => Buffer.from(type === LogType.syslog ? `[${name}:${level}, PID ` : `[${name}:${level}] `)),
);

/**
 * A forensic block as its file holds it, in one piece: docs/FORMAT.md. In the first text format that its policy asks for.
 * @param blockId 16 bytes
 * @param messages the block's MessageList, `header.skip` messages that don't belong to it included
 * @throws ForensicsError FF_BAD_MESSAGE_LIST as {@link textPieces}
 */
export function blockText(blockId: Uint8Array, header: BlockHeader, messages: Uint8Array): Buffer {
  const format = formatsOf(header).find((asked) => asked !== 'ecs') ?? 'extended';
  return Buffer.concat([...textPieces(format, { blockId, header }, [messages])]);
}

/** As blockPieces of block-pieces.ts. A block below 1 MiB comes in one piece. */
export function* textPieces(
  format: TextFormat,
  { blockId, header }: Pick<FormattedBlock, 'blockId' | 'header'>,
  lists: Iterable<Uint8Array>,
): Generator<Buffer> {
  const text = new TextBuffer(ROOM_BYTES);
  text.appendString(blockHead(blockId, header, format));
  let walked = 0;
  for (const list of lists) {
    text.reserve(list.length + (list.length >> 2) + ROOM_BYTES);
    const reader = new MessageListReader(list);
    const source = viewOf(list);
    while (reader.next()) {
      walked += 1;
      if (walked <= header.skip) continue;
      appendPrefix(text, reader);
      text.appendLine(source, reader.textStart, reader.textEnd);
      if (text.length < PIECE_BYTES) continue;
      yield text.take();
      text.reserve(PIECE_BYTES + ROOM_BYTES);
    }
  }
  checkMessageCount(walked, header);
  text.appendString(blockFoot(header));
  yield text.take();
}

function appendPrefix(text: TextBuffer, { type, level, pid }: MessageListReader): void {
  text.appendBytes(PREFIXES[type]![Math.min(Math.max(level, 0), FIRST_UNNAMED_LEVEL)]!);
  if (type === LogType.syslog) text.appendString(`${pid}] `);
}
