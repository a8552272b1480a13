/** New records for each that leaves: with one or more a spool under full load would never get empty. */
const NEW_PER_LEFT = 0.5;

/** Sends that may go at once after a time without any, records. */
const MAX_CREDIT = 500;

/** Lets records into a spool that is being drained half as fast as others leave it, the send that waits longest first. */
export class SpoolPace {
  readonly #waiting: { readonly count: number; readonly go: () => void }[] = [];
  #credit = 0;

  /** Resolves when a send of so many records may go. */
  turn(count: number): Promise<void> {
    return new Promise((go) => {
      this.#waiting.push({ count, go });
      this.#grant();
    });
  }

  /** So many left the spool. */
  left(count: number): void {
    this.#credit = Math.min(MAX_CREDIT, this.#credit + count * NEW_PER_LEFT);
    this.#grant();
  }

  /** Nobody has to wait: it is not being drained. */
  open(): void {
    this.#credit = 0;
    for (const { go } of this.#waiting.splice(0)) go();
  }

  /** A send that is longer than the credit goes all the same: what comes next pays for it. */
  #grant(): void {
    while (this.#credit > 0 && this.#waiting.length > 0) {
      const { count, go } = this.#waiting.shift()!;
      this.#credit -= count;
      go();
    }
  }
}
