import type { JsonRanges } from './json-events.ts';

const LINE_FEED = 0x0a;

/** Lines of NDJSON by LF, with or without CR before it and with or without a last LF; those without anything in them count, but are passed over. */
export class NdjsonLines implements JsonRanges {
  line = 0;
  start = 0;
  end = 0;
  readonly refusal = null;
  readonly #bytes: Buffer;
  #next = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  next(): boolean {
    const bytes = this.#bytes;
    while (this.#next < bytes.length) {
      const lineFeed = bytes.indexOf(LINE_FEED, this.#next);
      this.start = this.#next;
      this.end = lineFeed < 0 ? bytes.length : lineFeed;
      this.#next = this.end + 1;
      this.line += 1;
      if (!this.#isBlank()) return true;
    }
    return false;
  }

  #isBlank(): boolean {
    for (let at = this.start; at < this.end; at++) {
      const byte = this.#bytes[at];
      if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false;
    }
    return true;
  }
}
