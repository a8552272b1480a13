import { ForensicsError } from '../error.ts';
import { MAX_MESSAGE_BYTES } from './limits.ts';
import type { LogType } from './log-type.ts';
import { TAG_LEVEL, TAG_MESSAGE, TAG_PID, TAG_TEXT, TAG_TIME, TAG_TIME_DELTA, TAG_TYPE } from './message-list-tags.ts';
import { MessageListWriter } from './message-list-writer.ts';

/**
 * Walks a list (or several, concatenated) without copying: after each {@link next} that returns true, the fields describe one
 * message and `bytes.subarray(textStart, textEnd)` is its text.
 */
export class MessageListReader {
  type: LogType = 0;
  level = 0;
  /** Microseconds since 1970, 0 = not known. */
  timeUs = 0;
  /** 0 = not known. */
  pid = 0;
  textStart = 0;
  textEnd = 0;
  /** The message has its whole time and its PID: it says the same in any list. */
  isWhole = false;
  #bytes: Uint8Array;
  #end: number;
  #at = 0;
  #lastTimeUs = 0;
  #hasTime = false;
  #hasPid = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Begins anew with another list, the bytes from `start` up to `end`. */
  reset(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#lastTimeUs = 0;
    this.pid = 0;
  }

  /** Where the next message begins. */
  get position(): number {
    return this.#at;
  }

  /**
   * Moves to the next message; false at the end.
   * @throws ForensicsError FF_BAD_MESSAGE_LIST if the bytes are not a MessageList or a bound of limits.ts is exceeded
   */
  next(): boolean {
    if (this.#at >= this.#end) return false;
    if (this.#bytes[this.#at] !== TAG_MESSAGE) throw damaged(this.#at, 'not a message');
    this.#at += 1;
    const size = this.#varint();
    const end = this.#at + size;
    if (end > this.#end) throw damaged(this.#at, 'cut off');
    this.isWhole = false;
    if (this.#usual(end)) return true;
    this.#hasTime = false;
    this.#hasPid = false;
    this.type = 0;
    this.level = 0;
    this.timeUs = 0;
    this.textStart = end;
    this.textEnd = end;
    while (this.#at < end) this.#field(end);
    if (this.#at !== end) throw damaged(end, 'a field reaches beyond its message');
    this.isWhole = this.#hasTime && this.#hasPid;
    return true;
  }

  /**
   * The form that nearly every message has (MessageListWriter): no PID, a time since the message before, numbers of few bytes. Read
   * without leaving this function, which takes half the time. False, and nothing is read, if it is another one.
   */
  #usual(end: number): boolean {
    const bytes = this.#bytes;
    let at = this.#at;
    let type = 0;
    if (bytes[at] === TAG_TYPE) {
      type = bytes[at + 1]!;
      at += 2;
    }
    let level = 0;
    if (bytes[at] === TAG_LEVEL) {
      level = bytes[at + 1]!;
      at += 2;
    }
    if (type > 5 || level >= 0x80 || bytes[at] !== TAG_TIME_DELTA) return false;
    let delta = bytes[at + 1]!;
    at += 2;
    for (let shift = 7; delta >= 1 << shift; shift += 7) {
      if (shift > 21) return false;
      delta = (delta & ((1 << shift) - 1)) | (bytes[at++]! << shift);
    }
    if (bytes[at] !== TAG_TEXT) return false;
    let length = bytes[at + 1]!;
    at += 2;
    if (length >= 0x80) length = (length & 0x7f) | (bytes[at++]! << 7);
    const timeUs = this.#lastTimeUs + unzigzag(delta);
    if (length >= 0x4000 || at + length !== end || timeUs <= 0 || timeUs > Number.MAX_SAFE_INTEGER) return false;
    this.type = type as LogType;
    this.level = unzigzag(level);
    this.timeUs = this.#lastTimeUs = timeUs;
    this.textStart = at;
    this.textEnd = this.#at = end;
    return true;
  }

  #field(end: number): void {
    const tag = this.#varint();
    switch (tag) {
      case TAG_TYPE: {
        const type = this.#varint();
        if (type > 5) throw damaged(this.#at, `unknown log type ${type}`);
        this.type = type as LogType;
        return;
      }
      case TAG_LEVEL:
        this.level = unzigzag(this.#varint());
        return;
      case TAG_TIME:
        this.#hasTime = true;
        this.#setTime(this.#varint());
        return;
      case TAG_TIME_DELTA:
        this.#hasTime = false;
        this.#setTime(this.#lastTimeUs + unzigzag(this.#varint()));
        return;
      case TAG_PID:
        this.#hasPid = true;
        this.pid = this.#varint();
        return;
      case TAG_TEXT: {
        const length = this.#varint();
        if (length > MAX_MESSAGE_BYTES) throw damaged(this.#at, `a message of ${length} bytes`);
        if (this.#at + length > end) throw damaged(this.#at, 'text cut off');
        this.textStart = this.#at;
        this.textEnd = this.#at += length;
        return;
      }
      default:
        this.#skip(tag);
    }
  }

  #setTime(timeUs: number): void {
    if (timeUs < 0 || !Number.isSafeInteger(timeUs)) throw damaged(this.#at, 'a time out of range');
    this.timeUs = timeUs;
    if (timeUs !== 0) this.#lastTimeUs = timeUs;
  }

  /** A field of a later version of the format: passed over, by its wire type. */
  #skip(tag: number): void {
    switch (tag % 8) {
      case 0:
        this.#varint();
        return;
      case 1:
        this.#at += 8;
        return;
      case 2: {
        // Its length first: `+=` would take the place from before that was read.
        const length = this.#varint();
        this.#at += length;
        return;
      }
      case 5:
        this.#at += 4;
        return;
      default:
        throw damaged(this.#at, `wire type ${tag % 8}`);
    }
  }

  #varint(): number {
    const bytes = this.#bytes;
    let value = bytes[this.#at++] ?? Number.NaN;
    if (value < 0x80) return value;
    value -= 0x80;
    for (let scale = 0x80; scale < 2 ** 63; scale *= 0x80) {
      const byte = bytes[this.#at++];
      if (byte === undefined) break;
      if (byte < 0x80) {
        value += byte * scale;
        if (value > Number.MAX_SAFE_INTEGER) throw damaged(this.#at, 'a number over 2^53');
        return value;
      }
      value += (byte - 0x80) * scale;
    }
    throw damaged(this.#at, 'a number cut off');
  }
}

/** Number of messages. @throws ForensicsError FF_BAD_MESSAGE_LIST as {@link MessageListReader.next} */
export function countMessages(list: Uint8Array): number {
  const reader = new MessageListReader(list);
  let count = 0;
  while (reader.next()) count += 1;
  return count;
}

/**
 * The list without its first `count` messages, as a list of its own.
 * @throws ForensicsError FF_BAD_MESSAGE_LIST as {@link MessageListReader.next}
 */
export function withoutFirst(list: Uint8Array, count: number): Buffer {
  const reader = new MessageListReader(list);
  const writer = new MessageListWriter(list.length);
  for (let index = 0; reader.next(); index++) {
    if (index < count) continue;
    writer.append(reader.type, reader.level, reader.timeUs, reader.pid, list, reader.textStart, reader.textEnd);
  }
  return writer.take();
}

function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

function damaged(at: number, what: string): ForensicsError {
  return new ForensicsError('FF_BAD_MESSAGE_LIST', `message list: ${what} at byte ${at}`);
}
