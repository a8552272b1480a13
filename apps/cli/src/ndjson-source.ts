import { type LinePiece, LineSplitter } from '@fleet-forensics/shared/proftpd/line-splitter';
import type { EventLine } from './event-line.ts';
import { chunksOf, openInput } from './input-file.ts';

/** Longest event that can be valid, bytes: a message of 64 KiB with every byte escaped as `\u00XX`, and room for the rest. */
export const MAX_EVENT_BYTES = 512 * 1024;

const TOO_LONG = { code: 'FF_LINE_TOO_LONG', error: `the line has more than ${MAX_EVENT_BYTES} bytes; no event has` };

const BLANK = /^[ \t\r]*$/;

/** The events of an NDJSON file. Iterating throws ForensicsError FF_UNREADABLE_FILE. */
export async function* ndjsonFileEvents(path: string): AsyncGenerator<EventLine> {
  const file = await openInput(path);
  try {
    yield* ndjsonEvents(chunksOf(file, path), path);
  } finally {
    await file.close();
  }
}

/** The lines of an NDJSON stream with their origins, `name:line`; blank ones are passed over. */
export async function* ndjsonEvents(chunks: AsyncIterable<Buffer | string>, name: string): AsyncGenerator<EventLine> {
  const splitter = new LineSplitter(MAX_EVENT_BYTES);
  const lines = new WholeLines(name);
  for await (const chunk of chunks) {
    for (const piece of splitter.push(Buffer.from(chunk))) yield* lines.push(piece);
  }
  for (const piece of splitter.finish()) yield* lines.push(piece);
  yield* lines.finish();
}

/** Puts a line off until it is known that it is whole. */
class WholeLines {
  readonly #name: string;
  #number = 0;
  #line: Buffer | null = null;
  #cut = false;

  constructor(name: string) {
    this.#name = name;
  }

  *push({ bytes, startsLine }: LinePiece): Generator<EventLine> {
    if (!startsLine) {
      this.#cut = true;
      return;
    }
    yield* this.finish();
    this.#number += 1;
    this.#line = bytes;
    this.#cut = false;
  }

  *finish(): Generator<EventLine> {
    const line = this.#line;
    if (line === null || (line.length < 16 && BLANK.test(line.toString('latin1')))) return;
    const origin = `${this.#name}:${this.#number}`;
    yield this.#cut ? { line: '', origin, refused: TOO_LONG } : { line, origin };
  }
}
