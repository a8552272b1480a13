import { withRoom } from '@fleet-forensics/shared/wire/byte-room';

const LINE_FEED = 0x0a;
const TAB = 0x09;
const BACKSLASH = 0x5c;
const LOWER_X = 0x78;
/** `\xNN` */
const ESCAPE_BYTES = 4;

/** 1 for a byte that can't stand in a line as it is: below 0x20 but tab, and 0x7f. */
const CONTROL = Uint8Array.from({ length: 256 }, (_, byte) => Number((byte < 0x20 && byte !== TAB) || byte === 0x7f));
const HEX = Buffer.from('0123456789abcdef');

/** Memory is taken in chunks of this size: one for each block would be most of what the garbage collector has to do. */
const CHUNK_BYTES = 1024 * 1024;
const NOTHING: Buffer = Buffer.alloc(0);
/** What is left of the last chunk, while no text is being written to it. */
let spare: Buffer = NOTHING;

function roomFor(byteLength: number): Buffer {
  const room = spare.length >= byteLength ? spare : Buffer.allocUnsafeSlow(Math.max(byteLength, CHUNK_BYTES));
  spare = NOTHING;
  return room;
}

/** The text of a block on its way, in one growing buffer. */
export class TextBuffer {
  #bytes: Buffer;
  #view: DataView;
  #length = 0;

  constructor(capacityBytes: number) {
    this.#bytes = roomFor(capacityBytes);
    this.#view = viewOf(this.#bytes);
  }

  get length(): number {
    return this.#length;
  }

  /** Makes room for so many bytes more. */
  reserve(byteLength: number): void {
    if (this.#length + byteLength <= this.#bytes.length) return;
    this.#bytes = this.#length === 0 ? roomFor(byteLength) : withRoom(this.#bytes, this.#length, byteLength);
    this.#view = viewOf(this.#bytes);
  }

  appendString(text: string): void {
    this.reserve(Buffer.byteLength(text));
    this.#length += this.#bytes.write(text, this.#length);
  }

  /** Few bytes: as they are. */
  appendBytes(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    const out = this.#bytes;
    let at = this.#length;
    for (let from = 0; from < bytes.length; from++) out[at++] = bytes[from]!;
    this.#length = at;
  }

  /** A message's text as one line: folded and escaped (docs/FORMAT.md), ending in exactly one line feed. */
  appendLine(source: DataView, start: number, textEnd: number): void {
    this.reserve(textEnd - start + 1);
    // The message's own last line feed is the line's; any before it are its content.
    const end = textEnd > start && source.getUint8(textEnd - 1) === LINE_FEED ? textEnd - 1 : textEnd;
    const control = this.#copyUpToControl(source, start, end);
    if (control < end) this.#appendEscaped(source, control, end);
    this.#bytes[this.#length++] = LINE_FEED;
  }

  /** The text so far; the buffer begins anew. */
  take(): Buffer {
    const text = this.#bytes.subarray(0, this.#length);
    const rest = this.#bytes.subarray(this.#length);
    if (rest.length > spare.length) spare = rest;
    this.#bytes = NOTHING;
    this.#view = viewOf(this.#bytes);
    this.#length = 0;
    return text;
  }

  /** Copies until a control byte; returns where it stopped. Four bytes at a time: it is where a block's time goes. */
  #copyUpToControl(source: DataView, start: number, end: number): number {
    const view = this.#view;
    let at = this.#length;
    let from = start;
    for (const last = end - 4; from <= last; from += 4, at += 4) {
      const word = source.getInt32(from, true);
      if (mayHoldControl(word)) break;
      view.setInt32(at, word, true);
    }
    for (; from < end; from++, at++) {
      const byte = source.getUint8(from);
      if (CONTROL[byte] === 1) break;
      view.setUint8(at, byte);
    }
    this.#length = at;
    return from;
  }

  #appendEscaped(source: DataView, start: number, end: number): void {
    this.reserve(ESCAPE_BYTES * (end - start) + 1);
    const out = this.#bytes;
    let at = this.#length;
    for (let from = start; from < end; from++) {
      const byte = source.getUint8(from);
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
}

export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** True if one of the word's four bytes is below 0x20 or is 0x7f ("determine if a word has a byte less than n", Bit Twiddling Hacks). */
function mayHoldControl(word: number): boolean {
  const distance = word ^ 0x7f7f7f7f;
  return ((((word - 0x20202020) & ~word) | ((distance - 0x01010101) & ~distance)) & 0x80808080) !== 0;
}
