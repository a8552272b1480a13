import type { SessionBatch } from '@fleet-forensics/shared/wire/session-event';
import type { Publisher } from '../../packer/publisher.ts';
import type { EventSink } from '../../session-event.ts';
import { type PieceOwner, ReadPiece } from '../reading/read-piece.ts';
import { ReadRoom } from '../reading/read-room.ts';
import type { SyslogCounters } from './syslog-counters.ts';
import type { SyslogPiece } from './syslog-frames.ts';
import type { MessageHead, SyslogIntake } from './syslog-intake.ts';

/** While lines are lost an operator is told so often. */
const LOSS_WARNING_MS = 60_000;

export interface SyslogReadingPorts {
  readonly intake: SyslogIntake;
  readonly publisher: Publisher;
  readonly counters: SyslogCounters;
  /** Bytes that the log has not taken yet, at most. */
  readonly inflightBytes: number;
  readonly warn: (message: string) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: () => number;
}

/** Hands what the listeners read to the intake, and knows how much of it the log has not taken yet. */
export class SyslogReading implements PieceOwner {
  readonly #ports: SyslogReadingPorts;
  readonly #room: ReadRoom;
  readonly #listeners = new Set<() => void>();
  #lastLost: SessionBatch | null = null;
  #warnedMs = Number.NEGATIVE_INFINITY;

  constructor(ports: SyslogReadingPorts) {
    this.#ports = ports;
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
   * Takes what was read at once.
   * @param sender address that it came from
   * @param before the message that the piece before it belongs to; null: there is none
   * @returns the message that its last piece belongs to
   */
  take(pieces: Iterable<SyslogPiece>, byteLength: number, sender: string, before: MessageHead | null): MessageHead | null {
    let last = before;
    this.#packing(byteLength, (sink) => {
      for (const piece of pieces) last = this.#ports.intake.take(piece, sender, last, sink);
    });
    return last;
  }

  /** Ends the sessions that are idle. */
  expire(): void {
    this.#packing(0, (sink) => this.#ports.intake.expire(sink));
  }

  #packing(byteLength: number, pack: (sink: EventSink) => void): void {
    const read = new ReadPiece(this, byteLength);
    this.#room.take(byteLength);
    pack({ add: (event) => this.#ports.publisher.add(event, read) });
    read.done();
  }

  giveBack(byteLength: number): void {
    this.#room.giveBack(byteLength);
  }

  lost(batch: SessionBatch): void {
    // Everything that was read into a record is told of it, one piece after another.
    if (batch === this.#lastLost) return;
    this.#lastLost = batch;
    const { counters, nowMs, warn } = this.#ports;
    counters.lost += batch.messageCount + (batch.criterion ? 1 : 0);
    if (nowMs() - this.#warnedMs < LOSS_WARNING_MS) return;
    this.#warnedMs = nowMs();
    warn(`ingest: the log can't be written; ${counters.lost} syslog lines are lost since the start, and nobody sends them again`);
  }
}
