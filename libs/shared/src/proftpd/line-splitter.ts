const LF = 0x0a;

/** A line, or a piece of one that is longer than the bound. */
export interface LinePiece {
  /** Without its newline; shares the memory of what was pushed. */
  readonly bytes: Buffer;
  /** False: it goes on with the line of the piece before it. */
  readonly startsLine: boolean;
}

/** What a splitter holds, as plain data. */
export interface SplitterState {
  readonly rest: Uint8Array;
  readonly startsLine: boolean;
}

/** Cuts a stream of bytes into lines, holding at most one line of `maxBytes`; longer ones come in pieces. No byte is lost. */
export class LineSplitter {
  #rest: Buffer;
  #startsLine: boolean;
  readonly #maxBytes: number;

  /** @param state of a splitter that this one continues */
  constructor(maxBytes: number, state: SplitterState = { rest: Buffer.alloc(0), startsLine: true }) {
    this.#maxBytes = maxBytes;
    this.#rest = Buffer.from(state.rest);
    this.#startsLine = state.startsLine;
  }

  get state(): SplitterState {
    return { rest: this.#rest, startsLine: this.#startsLine };
  }

  *push(chunk: Buffer): Generator<LinePiece> {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(LF, start);
      const until = end < 0 ? bytes.length : end;
      // A piece is cut only when a byte behind it is there, so that the last piece of a line is never empty.
      while (until - start > this.#maxBytes) {
        yield this.#piece(bytes.subarray(start, start + this.#maxBytes), false);
        start += this.#maxBytes;
      }
      if (end < 0) break;
      yield this.#piece(bytes.subarray(start, end), true);
      start = end + 1;
    }
    // Copied, so that a short rest does not keep a whole chunk alive.
    this.#rest = Buffer.from(bytes.subarray(start));
  }

  /** The last line, if it had no newline. */
  *finish(): Generator<LinePiece> {
    if (this.#rest.length > 0) yield this.#piece(this.#rest, true);
    this.#rest = Buffer.alloc(0);
  }

  #piece(bytes: Buffer, endsLine: boolean): LinePiece {
    const piece = { bytes, startsLine: this.#startsLine };
    this.#startsLine = endsLine;
    return piece;
  }
}
