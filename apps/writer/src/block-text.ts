import { withRoom } from '@fleet-forensics/shared/wire/byte-room';
import { ForensicsError } from '@fleet-forensics/shared/error';
import type { BlockHeader } from '@fleet-forensics/shared/wire/block';
import { LOG_TYPE_NAMES, LogType } from '@fleet-forensics/shared/wire/log-type';
import { MessageListReader } from '@fleet-forensics/shared/wire/message-list';
import { blockFoot, blockHead, textFormatOf } from './block-head.ts';

const TAB = 0x09;
const LINE_FEED = 0x0a;
const BACKSLASH = 0x5c;
const LOWER_X = 0x78;

/** The longest prefix: `[syslog:49, PID 4294967295] `, with room. */
const MAX_PREFIX_BYTES = 64;
/** `\xNN` */
const ESCAPE_BYTES = 4;

/** 1 for a byte that can't stand in a line as it is: below 0x20 but tab, and 0x7f. */
const CONTROL = Uint8Array.from({ length: 256 }, (_, byte) => Number((byte < 0x20 && byte !== TAB) || byte === 0x7f));
const HEX = Buffer.from('0123456789abcdef');

/** Levels from here on are written `N`, as upstream does. */
const FIRST_UNNAMED_LEVEL = 50;
const LEVELS = [...Array.from({ length: FIRST_UNNAMED_LEVEL }, (_, level) => String(level)), 'N'];
/** `[Type:level] ` by type and level; syslog's lack the PID and the bracket. */
const PREFIXES = LOG_TYPE_NAMES.map((name, type) =>
  LEVELS.map((level) => Buffer.from(type === LogType.syslog ? `[${name}:${level}, PID ` : `[${name}:${level}] `)),
);

/**
 * A forensic block as its file holds it: docs/FORMAT.md.
 * @param blockId 16 bytes
 * @param messages the block's MessageList, `header.skip` messages that don't belong to it included
 * @throws ForensicsError FF_BAD_MESSAGE_LIST if the list does not parse or holds another number of messages than the header says
 */
export function blockText(blockId: Uint8Array, header: BlockHeader, messages: Uint8Array): Buffer {
  const head = blockHead(blockId, header, textFormatOf(header.formats));
  const foot = blockFoot(header);
  const frameBytes = Buffer.byteLength(head) + Buffer.byteLength(foot);
  const text = new TextBuffer(frameBytes + messages.length + (messages.length >> 2) + MAX_PREFIX_BYTES);
  text.appendString(head);
  const reader = new MessageListReader(messages);
  let walked = 0;
  while (reader.next()) {
    walked += 1;
    if (walked > header.skip) text.appendMessage(reader);
  }
  if (walked !== header.skip + header.messageCount) {
    const said = `${header.messageCount} after ${header.skip} to skip`;
    throw new ForensicsError('FF_BAD_MESSAGE_LIST', `message list: it holds ${walked} messages, its block's header says ${said}`);
  }
  text.appendString(foot);
  return text.finish();
}

/** One growing output buffer: whoever appends reserves first. */
class TextBuffer {
  #bytes: Buffer;
  #length = 0;

  constructor(capacityBytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(capacityBytes);
  }

  appendString(text: string): void {
    this.#reserve(Buffer.byteLength(text));
    this.#length += this.#bytes.write(text, this.#length);
  }

  appendMessage({ type, level, pid, bytes, textStart, textEnd }: MessageListReader): void {
    this.#reserve(MAX_PREFIX_BYTES + textEnd - textStart + 1);
    this.#appendPrefix(type, level, pid);
    // The message's own last line feed is the line's; any before it are its content.
    const end = textEnd > textStart && bytes[textEnd - 1] === LINE_FEED ? textEnd - 1 : textEnd;
    const control = this.#copyUpToControl(bytes, textStart, end);
    if (control < end) this.#appendEscaped(bytes, control, end);
    this.#bytes[this.#length++] = LINE_FEED;
  }

  /** The text so far; the buffer must not be appended to any more. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #appendPrefix(type: LogType, level: number, pid: number): void {
    const prefix = PREFIXES[type]![Math.min(Math.max(level, 0), FIRST_UNNAMED_LEVEL)]!;
    const out = this.#bytes;
    let at = this.#length;
    for (let from = 0; from < prefix.length; from++) out[at++] = prefix[from]!;
    if (type === LogType.syslog) at += out.write(`${pid}] `, at, 'latin1');
    this.#length = at;
  }

  /** Copies until a control byte; returns where it stopped. */
  #copyUpToControl(bytes: Uint8Array, start: number, end: number): number {
    const out = this.#bytes;
    let at = this.#length;
    let from = start;
    for (; from < end; from++) {
      const byte = bytes[from]!;
      if (CONTROL[byte] === 1) break;
      out[at++] = byte;
    }
    this.#length = at;
    return from;
  }

  #appendEscaped(bytes: Uint8Array, start: number, end: number): void {
    this.#reserve(ESCAPE_BYTES * (end - start) + 1);
    const out = this.#bytes;
    let at = this.#length;
    for (let from = start; from < end; from++) {
      const byte = bytes[from]!;
      if (CONTROL[byte] === 0) {
        out[at++] = byte;
      } else if (byte === LINE_FEED) {
        out[at++] = LINE_FEED;
        out[at++] = TAB;
      } else {
        out[at++] = BACKSLASH;
        out[at++] = LOWER_X;
        out[at++] = HEX[byte >> 4]!;
        out[at++] = HEX[byte & 0x0f]!;
      }
    }
    this.#length = at;
  }

  #reserve(byteLength: number): void {
    this.#bytes = withRoom(this.#bytes, this.#length, byteLength);
  }
}
