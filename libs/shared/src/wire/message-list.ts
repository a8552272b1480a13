import { ForensicsError } from '../error.ts';
import { MAX_MESSAGE_BYTES } from './limits.ts';
import type { LogType } from './log-type.ts';

/*
 * MessageList and LogMessage of forensics.proto, by hand: this is the one part of the format that costs something per line.
 *
 *   0a LEN  08 type  10 zigzag(level)  18 time_us | 30 zigzag(time_delta_us)  20 pid  2a LEN text
 *
 * A list's first message carries its whole time and its PID, even if they are 0; the ones behind it leave out what has not
 * changed. Lists may therefore be concatenated.
 */
const TAG_MESSAGE = 0x0a;
const TAG_TYPE = 0x08;
const TAG_LEVEL = 0x10;
const TAG_TIME = 0x18;
const TAG_PID = 0x20;
const TAG_TEXT = 0x2a;
const TAG_TIME_DELTA = 0x30;

/** All fields of a message but its text, at their longest, with the list's own tag and length. */
const MAX_OVERHEAD_BYTES = 48;

/** Appends messages to a growing list. One instance serves many lists: {@link take} copies out and starts anew. */
export class MessageListWriter {
  #bytes: Buffer;
  #length = 0;
  #count = 0;
  #lastTimeUs = 0;
  #lastPid = 0;

  /** @param capacityBytes first allocation; it grows when needed */
  constructor(capacityBytes = 4096) {
    this.#bytes = Buffer.allocUnsafeSlow(capacityBytes);
  }

  /** Messages so far. */
  get count(): number {
    return this.#count;
  }

  /** Encoded bytes so far. */
  get byteLength(): number {
    return this.#length;
  }

  /**
   * Appends one message.
   * @param level -1 … 2^31-1
   * @param timeUs microseconds since 1970, 0 = not known
   * @param pid 0 = not known
   * @param text the bytes from `start` up to `end` are the message
   */
  append(type: LogType, level: number, timeUs: number, pid: number, text: Uint8Array, start = 0, end = text.length): void {
    const textLength = end - start;
    this.#reserve(textLength + MAX_OVERHEAD_BYTES);
    const bytes = this.#bytes;
    const zigzagLevel = level < 0 ? -2 * level - 1 : 2 * level;
    const first = this.#count === 0;
    const delta = timeUs - this.#lastTimeUs;
    const zigzagDelta = delta < 0 ? -2 * delta - 1 : 2 * delta;
    const wholeTime = first || this.#lastTimeUs === 0 || timeUs === 0;
    const size =
      (type === 0 ? 0 : 2) +
      (zigzagLevel === 0 ? 0 : 1 + varintSize(zigzagLevel)) +
      1 +
      varintSize(wholeTime ? timeUs : zigzagDelta) +
      (first || pid !== this.#lastPid ? 1 + varintSize(pid) : 0) +
      1 +
      varintSize(textLength) +
      textLength;

    let at = this.#length;
    bytes[at++] = TAG_MESSAGE;
    at = putVarint(bytes, at, size);
    if (type !== 0) {
      bytes[at++] = TAG_TYPE;
      bytes[at++] = type;
    }
    if (zigzagLevel !== 0) {
      bytes[at++] = TAG_LEVEL;
      at = putVarint(bytes, at, zigzagLevel);
    }
    bytes[at++] = wholeTime ? TAG_TIME : TAG_TIME_DELTA;
    at = putVarint(bytes, at, wholeTime ? timeUs : zigzagDelta);
    if (first || pid !== this.#lastPid) {
      bytes[at++] = TAG_PID;
      at = putVarint(bytes, at, pid);
    }
    bytes[at++] = TAG_TEXT;
    at = putVarint(bytes, at, textLength);
    copyBytes(text, start, end, bytes, at);
    this.#length = at + textLength;
    this.#count += 1;
    if (timeUs !== 0) this.#lastTimeUs = timeUs;
    this.#lastPid = pid;
  }

  /** A copy of the list; the writer is empty afterwards. */
  take(): Buffer {
    const list = Buffer.allocUnsafeSlow(this.#length);
    this.#bytes.copy(list, 0, 0, this.#length);
    this.#length = 0;
    this.#count = 0;
    this.#lastTimeUs = 0;
    this.#lastPid = 0;
    return list;
  }

  #reserve(byteLength: number): void {
    const needed = this.#length + byteLength;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

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
  readonly bytes: Uint8Array;
  #at = 0;
  #lastTimeUs = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Bytes read: where the next message begins. */
  get position(): number {
    return this.#at;
  }

  /**
   * Moves to the next message; false at the end.
   * @throws ForensicsError FF_BAD_MESSAGE_LIST if the bytes are not a MessageList or a bound of limits.ts is exceeded
   */
  next(): boolean {
    const { bytes } = this;
    if (this.#at >= bytes.length) return false;
    if (bytes[this.#at] !== TAG_MESSAGE) throw damaged(this.#at, 'not a message');
    this.#at += 1;
    const size = this.#varint();
    const end = this.#at + size;
    if (end > bytes.length) throw damaged(this.#at, 'cut off');
    this.type = 0;
    this.level = 0;
    this.timeUs = 0;
    this.textStart = end;
    this.textEnd = end;
    while (this.#at < end) this.#field(end);
    if (this.#at !== end) throw damaged(end, 'a field reaches beyond its message');
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
        this.#setTime(this.#varint());
        return;
      case TAG_TIME_DELTA:
        this.#setTime(this.#lastTimeUs + unzigzag(this.#varint()));
        return;
      case TAG_PID:
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
      case 2:
        this.#at += this.#varint();
        return;
      case 5:
        this.#at += 4;
        return;
      default:
        throw damaged(this.#at, `wire type ${tag % 8}`);
    }
  }

  #varint(): number {
    const { bytes } = this;
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

/** Below this many bytes a loop beats the call into Buffer.copy. */
const SHORT_COPY_BYTES = 24;

function copyBytes(source: Uint8Array, start: number, end: number, target: Buffer, at: number): void {
  if (end - start > SHORT_COPY_BYTES) {
    target.set(start === 0 && end === source.length ? source : source.subarray(start, end), at);
    return;
  }
  for (let from = start, to = at; from < end; from++, to++) target[to] = source[from]!;
}

function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  if (value < 0x1000_0000) return 4;
  let size = 5;
  for (let rest = value / 0x8_0000_0000; rest >= 1; rest /= 0x80) size += 1;
  return size;
}

function putVarint(bytes: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value;
  while (rest >= 0x8000_0000) {
    bytes[at++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  while (rest >= 0x80) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  return at;
}

function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

function damaged(at: number, what: string): ForensicsError {
  return new ForensicsError('FF_BAD_MESSAGE_LIST', `message list: ${what} at byte ${at}`);
}
