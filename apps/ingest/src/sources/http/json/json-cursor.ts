/*
 * RFC 8259, byte by byte, without building values: the tokens of one JSON text in a range of a buffer. What it takes is what
 * JSON.parse takes. The caller has checked that the range is UTF-8.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

/** 1 for a byte that ends the plain part of a string: a quote, a backslash, a control character. */
const ENDS_PLAIN = new Uint8Array(256).fill(1, 0, 0x20);
ENDS_PLAIN[QUOTE] = 1;
ENDS_PLAIN[BACKSLASH] = 1;

const ESCAPED = new Set(Buffer.from('"\\/bfnrtu'));

/** Reads tokens off a range. A method that returns false has found none there, and `problem` says why. */
export class JsonCursor {
  bytes: Buffer = Buffer.alloc(0);
  /** The next byte to read. */
  at = 0;
  /** Behind the range's last byte. */
  end = 0;
  /** The token read last; of a string, what lies between its quotes. */
  tokenStart = 0;
  tokenEnd = 0;
  /** The string read last has escapes: its bytes are not its text. */
  escaped = false;
  /** The number read last. */
  number = 0;
  /** What is wrong with the token at `at`. */
  problem = '';

  /** Starts over on another range. */
  reset(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /** The first byte behind white space, which is then at `at`; -1 at the end. */
  peek(): number {
    const { bytes, end } = this;
    let { at } = this;
    while (at < end) {
      const byte = bytes[at]!;
      if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) {
        this.at = at;
        return byte;
      }
      at += 1;
    }
    this.at = end;
    return -1;
  }

  /** Takes this byte, behind white space. */
  take(byte: number): boolean {
    if (this.peek() !== byte) return false;
    this.at += 1;
    return true;
  }

  /** Takes the string that starts at `at`. */
  takeString(): boolean {
    const { bytes, end } = this;
    if (this.at >= end || bytes[this.at] !== QUOTE) return this.#fail('a string is expected');
    let at = this.at + 1;
    this.tokenStart = at;
    this.escaped = false;
    for (;;) {
      while (at < end && ENDS_PLAIN[bytes[at]!] === 0) at += 1;
      if (at >= end) return this.#fail('a string without its end');
      const byte = bytes[at]!;
      if (byte === QUOTE) break;
      if (byte !== BACKSLASH) return this.#fail(`a raw control character 0x${hex(byte)} in a string`, at);
      const length = this.#escapeLength(at);
      if (length === 0) return this.#fail('an escape that JSON does not have', at);
      this.escaped = true;
      at += length;
    }
    this.tokenEnd = at;
    this.at = at + 1;
    return true;
  }

  /** Takes the number that starts at `at`. */
  takeNumber(): boolean {
    const { bytes, end } = this;
    const start = this.at;
    let at = start;
    const negative = bytes[at] === MINUS;
    if (negative) at += 1;
    const digits = at;
    let value = 0;
    let digit = 0;
    while (at < end && (digit = bytes[at]! - ZERO) >= 0 && digit <= 9) {
      value = value * 10 + digit;
      at += 1;
    }
    if (at === digits) return this.#fail('a value is expected', start);
    if (bytes[digits] === ZERO && at > digits + 1) return this.#fail('a number with a leading zero', start);
    const integerEnd = at;
    at = this.#fractionEnd(at);
    if (at < 0) return this.#fail('a number without its digits', start);
    this.tokenStart = start;
    this.tokenEnd = at;
    this.at = at;
    // As long as the sum is safe, no step before has been rounded.
    if (at === integerEnd && value <= Number.MAX_SAFE_INTEGER) this.number = negative ? -value : value;
    else this.number = Number(bytes.toString('latin1', start, at));
    return true;
  }

  /** True if this word (`true`, `false` or `null`) starts at `at`. */
  isAtWord(word: string): boolean {
    if (this.at + word.length > this.end) return false;
    for (let i = 0; i < word.length; i++) {
      if (this.bytes[this.at + i] !== word.charCodeAt(i)) return false;
    }
    return true;
  }

  /** The text of the string read last. Lone surrogates stay: see String.isWellFormed. */
  text(): string {
    if (this.escaped) return JSON.parse(this.bytes.toString('utf8', this.tokenStart - 1, this.tokenEnd + 1)) as string;
    return this.bytes.toString('utf8', this.tokenStart, this.tokenEnd);
  }

  /** Behind the fraction and the exponent that may follow an integer; -1 if one lacks its digits. */
  #fractionEnd(start: number): number {
    const { bytes, end } = this;
    let at = start;
    if (at < end && bytes[at] === POINT) {
      const digits = at + 1;
      at = this.#digitsEnd(digits);
      if (at === digits) return -1;
    }
    if (at < end && (bytes[at]! | 0x20) === 0x65) {
      at += 1;
      if (at < end && (bytes[at] === 0x2b || bytes[at] === MINUS)) at += 1;
      const digits = at;
      at = this.#digitsEnd(digits);
      if (at === digits) return -1;
    }
    return at;
  }

  #digitsEnd(start: number): number {
    let at = start;
    while (at < this.end && this.bytes[at]! >= ZERO && this.bytes[at]! <= NINE) at += 1;
    return at;
  }

  /** Bytes of the escape at the backslash; 0 if it is none. */
  #escapeLength(at: number): number {
    const { bytes, end } = this;
    if (at + 1 >= end || !ESCAPED.has(bytes[at + 1]!)) return 0;
    if (bytes[at + 1] !== 0x75) return 2;
    if (at + 6 > end) return 0;
    for (let i = at + 2; i < at + 6; i++) {
      if (!isHex(bytes[i]!)) return 0;
    }
    return 6;
  }

  #fail(problem: string, at = this.at): false {
    this.problem = problem;
    this.at = at;
    return false;
  }
}

function isHex(byte: number): boolean {
  const lower = byte | 0x20;
  return (byte >= ZERO && byte <= NINE) || (lower >= 0x61 && lower <= 0x66);
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
