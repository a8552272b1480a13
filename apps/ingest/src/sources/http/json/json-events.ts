import { isUtf8 } from 'node:buffer';
import type { EventSink, SessionEvent } from '../../../session-event.ts';
import type { EventItems } from '../event-items.ts';
import type { Refusal } from '../../event-rules/refusal.ts';
import type { EventLine } from './event-line.ts';

/** Where the events of a JSON body lie. */
export interface JsonRanges {
  /** Moves to the next; false at the end. */
  next(): boolean;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  /** Set: there is none, nor any behind it. */
  readonly refusal: Refusal | null;
}

const NOT_UTF8: Refusal = {
  code: 'invalid_utf8',
  error: 'event: has bytes that are not UTF-8: messageBase64 takes any bytes',
};

/** The events of a JSON body. */
export class JsonEvents implements EventItems {
  refusal: Refusal | null = null;
  readonly #body: Buffer;
  readonly #ranges: JsonRanges;
  readonly #reader: EventLine;
  readonly #isUtf8: boolean;
  #event: SessionEvent | null = null;

  constructor(body: Buffer, ranges: JsonRanges, reader: EventLine) {
    this.#body = body;
    this.#ranges = ranges;
    this.#reader = reader;
    this.#isUtf8 = isUtf8(body);
  }

  get line(): number {
    return this.#ranges.line;
  }

  get node(): string {
    return this.#event?.node ?? '';
  }

  next(): boolean {
    const ranges = this.#ranges;
    this.#event = null;
    if (!ranges.next()) return false;
    this.refusal = ranges.refusal;
    if (this.refusal) return true;
    // Where the whole body is UTF-8, so is every line: a line feed or a comma is never part of another character.
    if (!this.#isUtf8 && !isUtf8(this.#body.subarray(ranges.start, ranges.end))) {
      this.refusal = NOT_UTF8;
      return true;
    }
    this.#event = this.#reader.read(this.#body, ranges.start, ranges.end);
    this.refusal = this.#reader.refusal;
    return true;
  }

  deliver(sink: EventSink): boolean {
    return this.#event === null || sink.add(this.#event);
  }
}
