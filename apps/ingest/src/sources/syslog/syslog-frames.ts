const LF = 0x0a;
const NUL = 0x00;
const SPACE = 0x20;
const ZERO = 0x30;
const LESS_THAN = 0x3c;

/** Digits of a MSG-LEN that is believed to be one. */
const MAX_LENGTH_DIGITS = 9;

/** `bytes` hold a message or, where it is longer than the bound, a piece of one. They are lent until the next step. */
export interface SyslogPiece {
  readonly bytes: Buffer;
  /** False: it goes on with the message of the piece before it. */
  readonly startsMessage: boolean;
}

/**
 * Finds messages in a stream as RFC 6587 frames them, message by message: `MSG-LEN SP <` begins one by octet counting (section 3.4.1),
 * everything else is a line (section 3.4.2), so that a text that begins with a number is not taken for a length. Holds at most one
 * piece of `maxBytes`; longer messages come in pieces. No byte of a message is lost; between messages line feeds and NULs are passed
 * over.
 */
export class SyslogFrames {
  readonly #maxBytes: number;
  #rest: Buffer = Buffer.alloc(0);
  /** Of the message that has begun: bytes still to come, Infinity for a line; null: none has begun. */
  #left: number | null = null;
  #startsMessage = true;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  *push(chunk: Buffer): Generator<SyslogPiece> {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    for (;;) {
      if (this.#left === null) {
        at = this.#begin(bytes, at);
        if (this.#left === null) break;
      }
      const end = this.#endOfPiece(bytes, at);
      if (end === -1) break;
      yield this.#piece(bytes, at, end);
      at = this.#left === Infinity && bytes[end] === LF ? this.#over(end + 1) : this.#counted(at, end);
    }
    // Copied, so that a short rest does not keep a whole chunk alive.
    this.#rest = Buffer.from(bytes.subarray(at));
  }

  /** What came of the last message when the stream ended within it. */
  *finish(): Generator<SyslogPiece> {
    if (this.#left === null) this.#startsMessage = true;
    if (this.#rest.length > 0) yield this.#piece(this.#rest, 0, this.#rest.length);
    this.#rest = Buffer.alloc(0);
  }

  /** Where the next message begins; {@link #left} stays null if that can't be told yet. */
  #begin(bytes: Buffer, from: number): number {
    let at = from;
    while (bytes[at] === LF || bytes[at] === NUL) at += 1;
    let digitsEnd = at;
    let length = 0;
    while (digitsEnd - at < MAX_LENGTH_DIGITS && isDigit(bytes[digitsEnd])) {
      length = length * 10 + bytes[digitsEnd]! - ZERO;
      digitsEnd += 1;
    }
    const isUndecided =
      digitsEnd === bytes.length || (digitsEnd > at && bytes[digitsEnd] === SPACE && digitsEnd + 1 === bytes.length);
    if (isUndecided) return at;
    this.#startsMessage = true;
    const isCounted = length > 0 && bytes[at] !== ZERO && bytes[digitsEnd] === SPACE && bytes[digitsEnd + 1] === LESS_THAN;
    this.#left = isCounted ? length : Infinity;
    return isCounted ? digitsEnd + 1 : at;
  }

  /** The end of the piece that begins there; -1 if more bytes are needed to tell. */
  #endOfPiece(bytes: Buffer, at: number): number {
    const longest = Math.min(this.#left!, this.#maxBytes);
    if (this.#left === Infinity) {
      const lineEnd = bytes.indexOf(LF, at);
      if (lineEnd !== -1 && lineEnd - at <= longest) return lineEnd;
      // A piece is cut only when a byte behind it is there, so that the last piece of a line is never empty.
      return bytes.length - at > longest ? at + longest : -1;
    }
    return bytes.length - at >= longest ? at + longest : -1;
  }

  #piece(bytes: Buffer, start: number, end: number): SyslogPiece {
    const piece = { bytes: bytes.subarray(start, end), startsMessage: this.#startsMessage };
    this.#startsMessage = false;
    return piece;
  }

  #counted(start: number, end: number): number {
    this.#left! -= end - start;
    return this.#left === 0 ? this.#over(end) : end;
  }

  /** The message ended; what follows begins at `at`. */
  #over(at: number): number {
    this.#left = null;
    return at;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte < ZERO + 10;
}
