import { type Refusal, shownBytes } from '../../event-rules/refusal.ts';
import { JsonCursor } from './json-cursor.ts';
import type { JsonRanges } from './json-events.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const BRACKET = 0x5b;
const END_BRACKET = 0x5d;

/** What brackets and braces add to the depth. */
const DEPTH = new Int8Array(256);
for (const byte of Buffer.from('[{')) DEPTH[byte] = 1;
for (const byte of Buffer.from(']}')) DEPTH[byte] = -1;

type State = 'start' | 'element' | 'behind' | 'done';

/**
 * The elements of a JSON array, found by counting brackets outside strings; whether an element is JSON is for its reader to say.
 * Where the array itself is broken, one refusal stands for the rest. No recursion: any depth costs a counter.
 */
export class JsonArray implements JsonRanges {
  line = -1;
  start = 0;
  end = 0;
  refusal: Refusal | null = null;
  readonly #bytes: Buffer;
  readonly #cursor = new JsonCursor();
  #state: State = 'start';

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#cursor.reset(bytes, 0, bytes.length);
  }

  next(): boolean {
    const cursor = this.#cursor;
    if (this.#state === 'start') {
      if (!cursor.take(BRACKET)) return this.#refuse('an array of events is expected');
      this.#state = cursor.take(END_BRACKET) ? 'behind' : 'element';
    }
    if (this.#state === 'element') return this.#takeElement();
    if (this.#state === 'behind' && cursor.peek() !== -1) return this.#refuse('nothing is expected behind the array');
    this.#state = 'done';
    return false;
  }

  #takeElement(): boolean {
    const cursor = this.#cursor;
    const first = cursor.peek();
    if (first === COMMA || first === END_BRACKET) return this.#refuse('an element is expected');
    const end = this.#elementEnd(cursor.at);
    if (end < 0) return this.#refuse('an array without its end');
    this.line += 1;
    this.start = cursor.at;
    this.end = end;
    cursor.at = end + 1;
    this.#state = this.#bytes[end] === COMMA ? 'element' : 'behind';
    return true;
  }

  /** Where the comma or the bracket behind the element is; -1 if there is none. */
  #elementEnd(start: number): number {
    const bytes = this.#bytes;
    let depth = 0;
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) at = this.#stringEnd(at);
      else if (depth <= 0 && (byte === COMMA || byte === END_BRACKET)) return at;
      else depth += DEPTH[byte]!;
    }
    return -1;
  }

  /** Where the quote is that ends the string; the body's end if none does. */
  #stringEnd(start: number): number {
    const bytes = this.#bytes;
    let at = start + 1;
    while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
    return at;
  }

  #refuse(problem: string): true {
    const { at } = this.#cursor;
    const found = at >= this.#bytes.length ? 'the end' : shownBytes(this.#bytes, at, this.#bytes.length);
    this.line += 1;
    this.refusal = { code: 'bad_json', error: `${problem} at byte ${at + 1} of the body, found ${found}` };
    this.#state = 'done';
    return true;
  }
}
