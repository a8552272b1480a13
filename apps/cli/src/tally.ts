import type { EventLine } from './event-line.ts';

/** Rejections that are kept to be shown; the others are only counted. */
export const MAX_SHOWN_REJECTIONS = 20;

/** A client's events may be rejected with any code: beyond so many, they are counted together. */
const MAX_CODES = 100;
const OTHER_CODES = 'other';

export interface Rejection {
  /** The event's, or its number among those published. */
  readonly origin: string;
  readonly code: string;
  readonly error: string;
}

export interface PublishSummary {
  /** Events taken from the source. */
  readonly events: number;
  readonly accepted: number;
  readonly rejected: number;
  /** `other` holds those that the server counted but did not list. */
  readonly rejectedByCode: ReadonlyMap<string, number>;
  /** The first ones. */
  readonly rejections: readonly Rejection[];
  readonly requests: number;
  /** Requests that were repeated because the server was too busy. */
  readonly retries: number;
  readonly seconds: number;
}

/** Counts what becomes of published events. */
export class Tally {
  events = 0;
  requests = 0;
  retries = 0;
  #accepted = 0;
  #rejected = 0;
  readonly #byCode = new Map<string, number>();
  readonly #rejections: Rejection[] = [];

  accept(count: number): void {
    this.#accepted += count;
  }

  reject(event: EventLine | undefined, number: number, code: string, error: string): void {
    this.#rejectMany(code, 1);
    if (this.#rejections.length < MAX_SHOWN_REJECTIONS) {
      this.#rejections.push({ origin: event?.origin ?? `event ${number}`, code, error });
    }
  }

  /** Rejected by a server that lists only the first ones. */
  rejectUnlisted(count: number): void {
    if (count > 0) this.#rejectMany(OTHER_CODES, count);
  }

  summary(seconds: number): PublishSummary {
    return {
      events: this.events,
      accepted: this.#accepted,
      rejected: this.#rejected,
      rejectedByCode: new Map(this.#byCode),
      rejections: [...this.#rejections],
      requests: this.requests,
      retries: this.retries,
      seconds,
    };
  }

  #rejectMany(code: string, count: number): void {
    this.#rejected += count;
    const key = this.#byCode.has(code) || this.#byCode.size < MAX_CODES ? code : OTHER_CODES;
    this.#byCode.set(key, (this.#byCode.get(key) ?? 0) + count);
  }
}
