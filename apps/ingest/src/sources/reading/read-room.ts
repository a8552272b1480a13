/** Bytes of one connection that the log has not taken: beyond it that connection is not read. */
export const MAX_CONNECTION_BYTES = 1024 * 1024;

/** Reading goes on when this share of the room is taken: not at every record, for all connections are told each time. */
const RESUME_SHARE = 0.5;

/** Room for what is read of all connections until the log has taken it. */
export class ReadRoom {
  readonly #maxBytes: number;
  readonly #changed: () => void;
  #takenBytes = 0;
  #isFull = false;

  /** @param changed told when {@link isFull} has changed */
  constructor(maxBytes: number, changed: () => void) {
    this.#maxBytes = maxBytes;
    this.#changed = changed;
  }

  get takenBytes(): number {
    return this.#takenBytes;
  }

  /** Nothing is to be read now. */
  get isFull(): boolean {
    return this.#isFull;
  }

  take(byteLength: number): void {
    this.#takenBytes += byteLength;
    if (!this.#isFull && this.#takenBytes >= this.#maxBytes) this.#set(true);
  }

  giveBack(byteLength: number): void {
    this.#takenBytes -= byteLength;
    if (this.#isFull && this.#takenBytes <= this.#maxBytes * RESUME_SHARE) this.#set(false);
  }

  #set(isFull: boolean): void {
    this.#isFull = isFull;
    this.#changed();
  }
}
