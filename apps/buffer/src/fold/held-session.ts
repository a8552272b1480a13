import type { Session } from './session.ts';

/** A live session of a fold, and from where on the log is needed to build it again. */
export class HeldSession {
  readonly session: Session;
  /** True if its state came from a checkpoint: it is whole, although the fold has not seen its first record. */
  readonly isFounded: boolean;
  #neededFrom: number;
  #neededFromBytes: number;

  /** @param neededFromBytes bytes of the partition that the fold had read when it came to that offset */
  constructor(session: Session, neededFrom: number, neededFromBytes: number, isFounded = false) {
    this.session = session;
    this.#neededFrom = neededFrom;
    this.#neededFromBytes = neededFromBytes;
    this.isFounded = isFounded;
  }

  get neededFrom(): number {
    return this.#neededFrom;
  }

  get neededFromBytes(): number {
    return this.#neededFromBytes;
  }

  /** A checkpoint makes what lies before `offset` unnecessary. */
  raise(offset: number, bytes: number): void {
    if (offset <= this.#neededFrom) return;
    this.#neededFrom = offset;
    this.#neededFromBytes = bytes;
  }
}
