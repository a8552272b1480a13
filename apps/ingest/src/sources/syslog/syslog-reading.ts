import type { SessionBatch } from '@fleet-forensics/shared/wire/session-event';
import type { Publisher } from '../../packer/publisher.ts';
import { RareWarning } from '@fleet-forensics/shared/process/rare-warning';
import type { EventSink } from '../../session-event.ts';
import { type PieceOwner, ReadPiece } from '../reading/read-piece.ts';
import { LostRecords } from '../reading/lost-records.ts';
import { ReadRoom } from '../reading/read-room.ts';
import { ReadTurns } from '../reading/read-turns.ts';
import { SyslogArrival } from './syslog-arrival.ts';
import type { SyslogCounters } from './syslog-counters.ts';
import type { SyslogPiece } from './syslog-frames.ts';
import type { MessageHead, SyslogIntake } from './syslog-intake.ts';

export interface SyslogReadingPorts {
  readonly intake: SyslogIntake;
  readonly publisher: Pick<Publisher, 'add'>;
  readonly counters: SyslogCounters;
  /** Bytes that the log has not taken yet, at most. */
  readonly inflightBytes: number;
  readonly warn: (message: string) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: () => number;
}

/** Hands what the listeners read to the intake, and knows how much of it the log has not taken yet. */
export class SyslogReading implements PieceOwner {
  /** Of TCP and UDP together. */
  readonly turns: ReadTurns;
  readonly #ports: SyslogReadingPorts;
  readonly #room: ReadRoom;
  readonly #listeners = new Set<() => void>();
  readonly #lost: LostRecords;

  constructor(ports: SyslogReadingPorts) {
    this.#ports = ports;
    this.turns = new ReadTurns(ports.nowMs);
    this.#lost = new LostRecords(
      ports.counters,
      new RareWarning(ports.warn, ports.nowMs),
      (lost) => `ingest: the log can't be written; ${lost} syslog lines are lost since the start, and nobody sends them again`,
    );
    this.#room = new ReadRoom(ports.inflightBytes, () => {
      for (const changed of this.#listeners) changed();
    });
  }

  /** Nothing is to be read now. */
  get isFull(): boolean {
    return this.#room.isFull;
  }

  /** @param changed told when {@link isFull} has changed */
  onChange(changed: () => void): void {
    this.#listeners.add(changed);
  }

  /**
   * Takes room for what arrived until it has been read and the log has taken what it holds.
   * @param byteLength what it takes
   * @param sender address that it came from
   * @param before the message that its first piece may go on with; null: there is none
   */
  arrival(pieces: Iterable<SyslogPiece>, byteLength: number, sender: string, before: MessageHead | null): SyslogArrival {
    const { intake, publisher } = this.#ports;
    this.#room.take(byteLength);
    const read = new ReadPiece(this, byteLength);
    const sink: EventSink = { add: (event) => publisher.add(event, read) };
    const take = (piece: SyslogPiece, last: MessageHead | null) => intake.take(piece, sender, last, sink);
    return new SyslogArrival(pieces, before, { take, done: () => read.done() });
  }

  /** Ends the sessions that are idle. */
  expire(): void {
    const { intake, publisher } = this.#ports;
    const read = new ReadPiece(this, 0);
    intake.expire({ add: (event) => publisher.add(event, read) });
    read.done();
  }

  giveBack(byteLength: number): void {
    this.#room.giveBack(byteLength);
  }

  lost(batch: SessionBatch): void {
    this.#lost.add(batch);
  }
}
