import type { SessionBatch } from '@fleet-forensics/shared/wire/session-event';
import type { RecordWatcher } from '../../packer/receipt.ts';

/** Whose bytes they are. */
export interface PieceOwner {
  /** The log has taken, or lost, all that these bytes held. */
  giveBack(byteLength: number): void;
  /** A record with something of them could not be written. */
  lost(batch: SessionBatch): void;
}

/** Bytes that were read, until the log has taken what they hold. */
export class ReadPiece implements RecordWatcher {
  readonly #owner: PieceOwner;
  readonly #byteLength: number;
  /** Records, and the reading itself until its end. */
  #pending = 1;

  constructor(owner: PieceOwner, byteLength: number) {
    this.#owner = owner;
    this.#byteLength = byteLength;
  }

  await(): void {
    this.#pending += 1;
  }

  done(): void {
    this.#pending -= 1;
    if (this.#pending === 0) this.#owner.giveBack(this.#byteLength);
  }

  failed(_error: unknown, batch: SessionBatch): void {
    this.#owner.lost(batch);
    this.done();
  }
}
