import type { SessionBatch, Tick } from '@fleet-forensics/shared/wire/session-event';
import type { Position } from './session.ts';

/** A record of a session, or a tick, that concerns every session. */
export type ReplayedEvent =
  | { readonly kind: 'batch'; readonly key: string; readonly batch: SessionBatch; readonly at: Position }
  | { readonly kind: 'tick'; readonly tick: Tick; readonly at: Position };

/** The newest records of a replay: what happened to a session between a checkpoint's `as_of` and the place where it lies. */
export class ReplayWindow {
  readonly #records: number;
  #events: ReplayedEvent[] = [];

  /** @param records how far it reaches back, in offsets */
  constructor(records: number) {
    this.#records = records;
  }

  /** Keeps a copy of what shares the record's memory. */
  addBatch(key: string, batch: SessionBatch, at: Position): void {
    this.#add({ kind: 'batch', key, batch: { ...batch, messages: Uint8Array.from(batch.messages) }, at });
  }

  addTick(tick: Tick, at: Position): void {
    this.#add({ kind: 'tick', tick, at });
  }

  /** The session's records and all ticks above the offset, oldest first. */
  above(offset: number, key: string): ReplayedEvent[] {
    const first = this.#events.findLastIndex(({ at }) => at.offset <= offset) + 1;
    return this.#events.slice(first).filter((event) => event.kind === 'tick' || event.key === key);
  }

  clear(): void {
    this.#events = [];
  }

  #add(event: ReplayedEvent): void {
    while (this.#events.length > 0 && this.#events[0]!.at.offset < event.at.offset - this.#records) this.#events.shift();
    this.#events.push(event);
  }
}
