import { didYouMean } from '@fleet-forensics/shared/settings/setting';
import { LOG_TYPE_NAMES, type LogType, logTypeOf } from '@fleet-forensics/shared/wire/log-type';
import type { LineBounds } from '../../event-rules/event-bounds.ts';
import { refusalOfName } from '../../event-rules/name-rule.ts';
import { MAX_GUESSED_LENGTH, type Refusal, type RefusalCode, shown, shownBytes } from '../../event-rules/refusal.ts';
import { bytesOfBase64 } from './base64-text.ts';
import { JsonCursor } from './json-cursor.ts';
import { MAX_TIME_BYTES, microsecondsOf } from '../../event-rules/rfc3339-time.ts';
import { TokenCache } from './token-cache.ts';

const QUOTE = 0x22;
const NUMBER_STARTS = new Set(Buffer.from('-0123456789'));
const VALUE_STARTS = new Set(Buffer.from('"{[-0123456789'));
const WORDS = ['true', 'false', 'null'];

/** JSON spends at most this many bytes on one byte of a text: \u0000. */
const ESCAPE_BYTES = 6;

/**
 * Reads the values of an event off a line, each of the type and within the bounds of its key. Where a value is refused, `refusal`
 * says why and what is returned means nothing. `key` is for that error.
 */
export class EventValues {
  readonly cursor = new JsonCursor();
  refusal: Refusal | null = null;
  /** The message read last: its bytes are those from `textStart` up to `textEnd`. */
  text: Buffer = Buffer.alloc(0);
  textStart = 0;
  textEnd = 0;
  readonly #bounds: LineBounds;
  readonly #names = new TokenCache<string>();
  readonly #types = new TokenCache<LogType>();
  #lineStart = 0;

  constructor(bounds: LineBounds) {
    this.#bounds = bounds;
  }

  reset(bytes: Buffer, start: number, end: number): void {
    this.cursor.reset(bytes, start, end);
    this.#lineStart = start;
    this.refusal = null;
  }

  /** A node, session, criterion or end reason (see name-rule.ts). */
  name(key: string): string {
    if (!this.takeString(key)) return '';
    const { bytes, tokenStart, tokenEnd } = this.cursor;
    const known = this.#names.get(bytes, tokenStart, tokenEnd);
    if (known !== undefined) return known;
    const text = this.#textUpTo(this.#bounds.nameBytes, key, 'name_too_long');
    this.refusal ??= refusalOfName(key, text, this.#bounds.nameBytes);
    if (this.refusal === null) this.#names.put(bytes, tokenStart, tokenEnd, text);
    return text;
  }

  /** Any text of up to `maxBytes` bytes; by default a name's bound. */
  boundedText(key: string, maxBytes = this.#bounds.nameBytes, code: RefusalCode = 'name_too_long'): string {
    return this.takeString(key) ? this.#textUpTo(maxBytes, key, code) : '';
  }

  integer(key: string, min: number, max: number): number {
    if (!this.takeNumber(key)) return 0;
    const { number, bytes, tokenStart, tokenEnd } = this.cursor;
    if (Number.isInteger(number) && number >= min && number <= max) return number === 0 ? 0 : number;
    const found = shownBytes(bytes, tokenStart, tokenEnd);
    if (number >= min && number <= max) this.refuse('wrong_type', `${key}: ${found} is not an integer`);
    else this.refuse('number_out_of_range', `${key}: ${found} is out of range: ${min} to ${max} is expected`);
    return 0;
  }

  /** Microseconds since 1970, given as such or as an RFC 3339 text. */
  time(key: string): number {
    if (this.cursor.peek() !== QUOTE) return this.integer(key, 0, Number.MAX_SAFE_INTEGER);
    const text = this.boundedText(key, MAX_TIME_BYTES, 'bad_time');
    const timeUs = microsecondsOf(text);
    if (timeUs === undefined && this.refusal === null) {
      this.refuse('bad_time', `${key}: ${shown(text)} is not a time since 1970 as in RFC 3339 (2026-01-31T23:59:59.123456Z)`);
    }
    return timeUs ?? 0;
  }

  /** A log type's name in any case, or its number. */
  logType(key: string): LogType {
    if (NUMBER_STARTS.has(this.cursor.peek())) return this.#logTypeOfNumber(key);
    if (!this.takeString(key)) return 0;
    const { bytes, tokenStart, tokenEnd } = this.cursor;
    const known = this.#types.get(bytes, tokenStart, tokenEnd);
    if (known !== undefined) return known;
    const name = this.#textUpTo(this.#bounds.nameBytes, key, 'unknown_type');
    const type = logTypeOf(name);
    if (type === undefined) this.#refuseType(key, shown(name), name);
    else if (this.refusal === null) this.#types.put(bytes, tokenStart, tokenEnd, type);
    return type ?? 0;
  }

  /** A message's text; its bytes stay where they are unless they have escapes. */
  message(key: string): void {
    const { messageBytes } = this.#bounds;
    if (!this.takeString(key)) return;
    const { bytes, tokenStart, tokenEnd, escaped } = this.cursor;
    if (!escaped) this.#setMessage(key, bytes, tokenStart, tokenEnd);
    else {
      const text = Buffer.from(this.#textUpTo(messageBytes, key, 'message_too_long'));
      this.#setMessage(key, text, 0, text.length);
    }
  }

  messageBase64(key: string): void {
    const encoded = this.boundedText(key, 4 * Math.ceil(this.#bounds.messageBytes / 3), 'message_too_long');
    if (this.refusal) return;
    const text = bytesOfBase64(encoded);
    if (text) this.#setMessage(key, text, 0, text.length);
    else this.refuse('bad_base64', `${key}: ${shown(encoded)} is not base64 as in RFC 4648, section 4, with its padding`);
  }

  /** Takes a string as `key`'s value. */
  takeString(key: string): boolean {
    const { cursor } = this;
    if (cursor.peek() !== QUOTE) return this.refuseValue(key, 'a text');
    return cursor.takeString() || this.refuseJson(cursor.problem);
  }

  /** Takes a number as `key`'s value. */
  takeNumber(key: string): boolean {
    const { cursor } = this;
    if (!NUMBER_STARTS.has(cursor.peek())) return this.refuseValue(key, 'a number');
    return cursor.takeNumber() || this.refuseJson(cursor.problem);
  }

  /** The value at the cursor is of another type than `expected`, or there is none. */
  refuseValue(key: string, expected: string): false {
    const { cursor } = this;
    const isValue = VALUE_STARTS.has(cursor.peek()) || WORDS.some((word) => cursor.isAtWord(word));
    if (!isValue) return this.refuseJson('a value is expected');
    return this.refuse('wrong_type', `${key}: found ${shownBytes(cursor.bytes, cursor.at, cursor.end)}: ${expected} is expected`);
  }

  refuseJson(problem: string): false {
    const { cursor } = this;
    const found = cursor.at >= cursor.end ? 'the end' : shownBytes(cursor.bytes, cursor.at, cursor.end);
    return this.refuse('bad_json', `${problem} at byte ${cursor.at - this.#lineStart + 1}, found ${found}`);
  }

  /** The first refusal of a line stands. */
  refuse(code: RefusalCode, error: string): false {
    this.refusal ??= { code, error };
    return false;
  }

  #logTypeOfNumber(key: string): LogType {
    if (!this.takeNumber(key)) return 0;
    const { number, bytes, tokenStart, tokenEnd } = this.cursor;
    if (Number.isInteger(number) && number >= 0 && number < LOG_TYPE_NAMES.length) return (number === 0 ? 0 : number) as LogType;
    this.#refuseType(key, shownBytes(bytes, tokenStart, tokenEnd), '');
    return 0;
  }

  #refuseType(key: string, found: string, name: string): void {
    const guess = name.length > MAX_GUESSED_LENGTH ? '' : didYouMean(name, LOG_TYPE_NAMES);
    this.refuse('unknown_type', `${key}: ${found} is not one of ${LOG_TYPE_NAMES.join(' ')}, nor 0 to 5${guess}`);
  }

  /** The string read last, if it has at most `maxBytes` bytes of UTF-8. */
  #textUpTo(maxBytes: number, key: string, code: RefusalCode): string {
    const { tokenStart, tokenEnd, escaped } = this.cursor;
    // A token far over the bound is not decoded only to be refused.
    if (tokenEnd - tokenStart > ESCAPE_BYTES * maxBytes) return this.#refuseLength(tokenEnd - tokenStart, maxBytes, key, code);
    const text = this.cursor.text();
    if (escaped && !text.isWellFormed()) {
      this.refuse('invalid_utf8', `${key}: holds half of a surrogate pair, which is no text: messageBase64 takes any bytes`);
    }
    const byteLength = escaped ? Buffer.byteLength(text) : tokenEnd - tokenStart;
    return byteLength > maxBytes ? this.#refuseLength(byteLength, maxBytes, key, code) : text;
  }

  #setMessage(key: string, text: Buffer, start: number, end: number): void {
    const { messageBytes } = this.#bounds;
    if (end - start > messageBytes) this.#refuseLength(end - start, messageBytes, key, 'message_too_long');
    this.text = text;
    this.textStart = start;
    this.textEnd = end;
  }

  #refuseLength(byteLength: number, maxBytes: number, key: string, code: RefusalCode): '' {
    this.refuse(code, `${key}: has ${byteLength} bytes: at most ${maxBytes} are expected`);
    return '';
  }
}
