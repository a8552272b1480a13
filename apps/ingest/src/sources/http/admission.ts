/** A request up to this long may still be taken when no more messages are. */
export const MAX_URGENT_BYTES = 64 * 1024;

/** What is kept free of messages for what may not wait, as a share of the bound. */
const URGENT_SHARE = 0.25;

/** A request's bytes, from before its body is read until it is answered. */
export class Lease {
  /** Its body may hold criteria, ends, opens, contexts and keep-alives, but no messages. */
  readonly isUrgentOnly: boolean;
  readonly #release: () => void;
  #isReleased = false;

  constructor(isUrgentOnly: boolean, release: () => void) {
    this.isUrgentOnly = isUrgentOnly;
    this.#release = release;
  }

  /** Gives the bytes back, once. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#release();
  }
}

/**
 * Bounds the bytes of all requests in progress. Under overload messages are refused first: what ends up in a block is decided by
 * criteria and ends, and those are short.
 */
export class Admission {
  readonly #maxBytes: number;
  #inFlightBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  /** @returns null: overloaded, try again later */
  admit(byteLength: number): Lease | null {
    const total = this.#inFlightBytes + byteLength;
    const isUrgentOnly = total > this.#maxBytes;
    if (isUrgentOnly && (byteLength > MAX_URGENT_BYTES || total > this.#maxBytes * (1 + URGENT_SHARE))) return null;
    this.#inFlightBytes = total;
    return new Lease(isUrgentOnly, () => {
      this.#inFlightBytes -= byteLength;
    });
  }
}
