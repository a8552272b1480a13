import { SharedBytes } from './shared-bytes.ts';

/** A request up to this long may still be taken when no more messages are. */
export const MAX_URGENT_BYTES = 64 * 1024;

/** What there is for what may not wait, and to unpack gzip in: as shares of the bound, and beyond it. */
const URGENT_SHARE = 0.25;
const UNPACKING_SHARE = 0.25;

/** What unpacking takes beside what is unpacked: zlib's window of 32 KiB, its state and a chunk. */
const GUNZIP_BYTES = 64 * 1024;

/**
 * Bounds the bytes of all requests in progress, as they arrive: a client that announces a body and sends none takes nothing.
 * Under overload messages are refused first: what ends up in a block is decided by criteria and ends, and those are short.
 */
export class Admission {
  readonly #rooms: Rooms;

  constructor(maxBytes: number) {
    this.#rooms = {
      usual: new SharedBytes(maxBytes),
      urgent: new SharedBytes(maxBytes * URGENT_SHARE),
      unpacking: new SharedBytes(maxBytes * UNPACKING_SHARE),
    };
  }

  get inFlightBytes(): number {
    const { usual, urgent, unpacking } = this.#rooms;
    return usual.taken + urgent.taken + unpacking.taken;
  }

  /** @param byteLength what the body will have, if the client says so */
  hasRoomFor(client: string, byteLength: number): boolean {
    return byteLength <= MAX_URGENT_BYTES || this.#rooms.usual.hasRoomFor(client, byteLength);
  }

  /** @param isUrgentOnly the request may bring no messages, whatever room there is */
  lease(client: string, isUrgentOnly = false): Lease {
    return new Lease(client, this.#rooms, isUrgentOnly);
  }
}

interface Rooms {
  readonly usual: SharedBytes;
  readonly urgent: SharedBytes;
  readonly unpacking: SharedBytes;
}

/** A request's bytes, from their arrival until it is answered. */
export class Lease {
  readonly #client: string;
  readonly #rooms: Rooms;
  /** Bytes of the body that have arrived. */
  #byteLength = 0;
  #unpackingBytes = 0;
  #isUrgentOnly: boolean;
  #isReleased = false;

  constructor(client: string, rooms: Rooms, isUrgentOnly: boolean) {
    this.#client = client;
    this.#rooms = rooms;
    this.#isUrgentOnly = isUrgentOnly;
  }

  /** Its body may hold criteria, ends, opens, contexts and keep-alives, but no messages. */
  get isUrgentOnly(): boolean {
    return this.#isUrgentOnly;
  }

  /** Bytes of the body have arrived; false: overloaded, try again later. */
  grow(byteLength: number): boolean {
    const total = this.#byteLength + byteLength;
    if (this.#isReleased || (this.#isUrgentOnly && total > MAX_URGENT_BYTES)) return false;
    if (!this.#room.take(this.#client, byteLength, this.#byteLength) && !this.#becomeUrgent(total)) return false;
    this.#byteLength = total;
    return true;
  }

  /** The body has to be unpacked; false: overloaded, try again later. */
  unpack(): boolean {
    if (this.#isReleased || !this.#rooms.unpacking.take(this.#client, GUNZIP_BYTES, 0)) return false;
    this.#unpackingBytes += GUNZIP_BYTES;
    return true;
  }

  /** Gives the bytes back, once. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#room.give(this.#client, this.#byteLength);
    this.#rooms.unpacking.give(this.#client, this.#unpackingBytes);
  }

  get #room(): SharedBytes {
    return this.#isUrgentOnly ? this.#rooms.urgent : this.#rooms.usual;
  }

  /** What it holds goes over to the room for what may not wait. @param total bytes, with those that have arrived now */
  #becomeUrgent(total: number): boolean {
    if (this.#isUrgentOnly || total > MAX_URGENT_BYTES || !this.#rooms.urgent.take(this.#client, total, 0)) return false;
    this.#rooms.usual.give(this.#client, this.#byteLength);
    this.#isUrgentOnly = true;
    return true;
  }
}
