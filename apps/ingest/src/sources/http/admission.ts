/** A request up to this long may still be taken when no more messages are. */
export const MAX_URGENT_BYTES = 64 * 1024;

/** What is kept free of messages for what may not wait, as a share of the bound. */
const URGENT_SHARE = 0.25;

/**
 * Bounds the bytes of all requests in progress, as they arrive: a client that announces a body and sends none takes nothing.
 * Under overload messages are refused first: what ends up in a block is decided by criteria and ends, and those are short.
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

  /** @param byteLength what the body will have, if the client says so */
  hasRoomFor(byteLength: number): boolean {
    return byteLength <= MAX_URGENT_BYTES || this.#inFlightBytes + byteLength <= this.#maxBytes;
  }

  lease(): Lease {
    return new Lease((byteLength, ofRequest) => this.#take(byteLength, ofRequest));
  }

  #take(byteLength: number, ofRequest: number): Grant {
    const total = this.#inFlightBytes + byteLength;
    const isUrgentOnly = total > this.#maxBytes;
    if (isUrgentOnly && (ofRequest > MAX_URGENT_BYTES || total > this.#maxBytes * (1 + URGENT_SHARE))) return 'refused';
    this.#inFlightBytes = total;
    return isUrgentOnly ? 'urgent' : 'free';
  }
}

type Grant = 'free' | 'urgent' | 'refused';

/** A request's bytes, from their arrival until it is answered. */
export class Lease {
  readonly #take: (byteLength: number, ofRequest: number) => Grant;
  #byteLength = 0;
  #isUrgentOnly = false;
  #isReleased = false;

  constructor(take: (byteLength: number, ofRequest: number) => Grant) {
    this.#take = take;
  }

  /** Its body may hold criteria, ends, opens, contexts and keep-alives, but no messages. */
  get isUrgentOnly(): boolean {
    return this.#isUrgentOnly;
  }

  /** Bytes have arrived; false: overloaded, try again later. */
  grow(byteLength: number): boolean {
    const grant = this.#take(byteLength, this.#byteLength + byteLength);
    if (grant === 'refused') return false;
    this.#byteLength += byteLength;
    this.#isUrgentOnly ||= grant === 'urgent';
    return true;
  }

  /** Gives the bytes back, once. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#take(-this.#byteLength, 0);
  }
}
