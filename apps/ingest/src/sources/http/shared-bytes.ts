/**
 * Bytes that clients share so that none takes all: of several requests of one client each may grow only while the client holds no more than is
 * left free. Alone it gets half, two get a third each, and there is always room for another (the dynamic threshold of Choudhury and
 * Hahne, IEEE/ACM Transactions on Networking 6, 1998). A client's only request is bound by the whole alone.
 */
export class SharedBytes {
  readonly #maxBytes: number;
  /** Of the clients that hold any. */
  readonly #byClient = new Map<string, number>();
  #taken = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get taken(): number {
    return this.#taken;
  }

  /** @param held bytes that the request has already taken */
  hasRoomFor(client: string, byteLength: number, held = 0): boolean {
    const free = this.#maxBytes - this.#taken - byteLength;
    if (free < 0) return false;
    const ofClient = this.#byClient.get(client) ?? 0;
    return ofClient === held || ofClient + byteLength <= free;
  }

  /** @param held bytes that the request has already taken @returns false: there is no room, and nothing was taken */
  take(client: string, byteLength: number, held: number): boolean {
    if (!this.hasRoomFor(client, byteLength, held)) return false;
    this.#taken += byteLength;
    this.#byClient.set(client, (this.#byClient.get(client) ?? 0) + byteLength);
    return true;
  }

  give(client: string, byteLength: number): void {
    this.#taken -= byteLength;
    const left = (this.#byClient.get(client) ?? 0) - byteLength;
    if (left > 0) this.#byClient.set(client, left);
    else this.#byClient.delete(client);
  }
}
