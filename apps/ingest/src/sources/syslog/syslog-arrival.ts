import type { SyslogPiece } from './syslog-frames.ts';
import type { MessageHead } from './syslog-intake.ts';

export interface ArrivalPorts {
  /** @returns the message that the piece belongs to */
  readonly take: (piece: SyslogPiece, before: MessageHead | null) => MessageHead;
  /** Told when all of it has been read. */
  readonly done: () => void;
}

/** What arrived in one go: a chunk of a connection or a datagram. It is read as far as there is time. */
export class SyslogArrival {
  /** The message that the last piece read belongs to; null: there is none. */
  last: MessageHead | null;
  readonly #pieces: Iterator<SyslogPiece>;
  readonly #ports: ArrivalPorts;

  /** @param before the message that the first piece may go on with */
  constructor(pieces: Iterable<SyslogPiece>, before: MessageHead | null, ports: ArrivalPorts) {
    this.last = before;
    this.#pieces = pieces[Symbol.iterator]();
    this.#ports = ports;
  }

  /**
   * Reads on.
   * @param hasTime asked behind each piece
   * @returns false: something is left
   */
  read(hasTime: () => boolean): boolean {
    do {
      const { value, done } = this.#pieces.next();
      if (done) {
        this.#ports.done();
        return true;
      }
      this.last = this.#ports.take(value, this.last);
    } while (hasTime());
    return false;
  }

  /** Reads all that is left, however long it takes. */
  readAll(): void {
    this.read(() => true);
  }
}
