import { MAX_MESSAGE_BYTES } from '../wire/limits.ts';
import type { LinePiece } from './line-splitter.ts';
import { type LineParser, type LogClock, type LogEntry, NO_FACTS } from './log-entry.ts';

const NEWLINE = Buffer.from('\n');

/** What a reader holds, as plain data. */
export interface ReaderState {
  readonly lines: readonly Uint8Array[];
  readonly entry: LogEntry | null;
  readonly isTaken: boolean;
  readonly orphans: number;
}

/**
 * Puts the messages of one log together from its lines: a line without the log's prefix goes on with the message before it (a
 * client planted a line feed), joined with the line feed that stood there.
 *
 * A client can plant a whole prefix, too. Such a line can't be told from a real one in a log file; it becomes a message of its own.
 */
export class EntryReader {
  readonly #parse: LineParser;
  readonly #clock: LogClock;
  #lines: Buffer[] = [];
  #bytes = 0;
  #entry: LogEntry | null = null;
  /** The message has been given away: a line that goes on with it is a further message. */
  #isTaken = false;
  /** Lines before the first message: their beginning is in a file that we don't have. */
  orphans = 0;

  /** @param state of a reader that this one continues */
  constructor(parse: LineParser, clock: LogClock, state?: ReaderState) {
    this.#parse = parse;
    this.#clock = clock;
    if (!state) return;
    this.#lines = state.lines.map((line) => Buffer.from(line));
    this.#bytes = this.#lines.reduce((sum, { length }) => sum + length, 0);
    this.#entry = state.entry;
    this.#isTaken = state.isTaken;
    this.orphans = state.orphans;
  }

  get state(): ReaderState {
    return { lines: this.#lines, entry: this.#entry, isTaken: this.#isTaken, orphans: this.orphans };
  }

  /** A message waits for the line behind it. */
  get holdsMessage(): boolean {
    return this.#entry !== null && !this.#isTaken;
  }

  /** Takes one line (at most MAX_MESSAGE_BYTES) and gives the message before it, if this line shows that it is complete. */
  push({ bytes, startsLine }: LinePiece): LogEntry | null {
    const next = startsLine ? this.#parse(bytes, this.#clock) : null;
    if (next) return this.#begin(next);
    if (this.#entry === null) {
      this.orphans += 1;
      return null;
    }
    if (!startsLine || this.#isTaken || this.#bytes + NEWLINE.length + bytes.length > MAX_MESSAGE_BYTES) {
      // Too long for one message: what is left is a further message that says nothing but its text.
      return this.#begin({ ...this.#entry, text: bytes, facts: NO_FACTS });
    }
    this.#lines.push(NEWLINE, bytes);
    this.#bytes += NEWLINE.length + bytes.length;
    return null;
  }

  /** The last message, if it was not given yet. A live source calls it when the log has been silent. */
  finish(): LogEntry | null {
    const entry = this.#take();
    this.#isTaken = true;
    return entry;
  }

  #begin(next: LogEntry): LogEntry | null {
    const complete = this.#take();
    this.#entry = next;
    this.#isTaken = false;
    this.#lines = [next.text];
    this.#bytes = next.text.length;
    return complete;
  }

  #take(): LogEntry | null {
    if (this.#entry === null || this.#isTaken) return null;
    if (this.#lines.length === 1) return this.#entry;
    const text = Buffer.concat(this.#lines);
    // Its facts may stand behind the planted line feed.
    const whole = Object.keys(this.#entry.facts).length === 0 ? null : this.#parse(text, this.#clock);
    return whole ?? { ...this.#entry, text };
  }
}
