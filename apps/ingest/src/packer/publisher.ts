import type { OutgoingRecord, Producer } from '@fleet-forensics/shared/bus/port';
import { sessionKey } from '@fleet-forensics/shared/session-key';
import { SESSION_EVENTS } from '@fleet-forensics/shared/topics';
import { encodeBatch } from '@fleet-forensics/shared/wire/codec';
import type { Counters } from '../counters.ts';
import type { SessionEvent } from '../session-event.ts';
import type { PackedSession } from './packed-session.ts';
import type { ClosedBatch, Packer } from './packer.ts';
import type { Receipt } from './receipt.ts';

/**
 * Gives the packer its time and the log its records: what closed in one turn of the event loop is one send. A session has one send
 * on its way; what closes meanwhile waits for it, so that records never overtake each other and a failure takes those behind it
 * along: what is durable of a session has no hole.
 */
export class Publisher {
  readonly #packer: Packer;
  readonly #producer: Producer;
  readonly #counters: Counters;
  readonly #now: () => number;
  readonly #sending = new Set<Promise<void>>();
  /** Sessions with a record on its way, and the records that wait for those. */
  readonly #onTheirWay = new Set<PackedSession>();
  #held: ClosedBatch[] = [];
  #turn: NodeJS.Immediate | null = null;
  #timer: NodeJS.Timeout | null = null;

  /** @param now the packer's clock */
  constructor(packer: Packer, producer: Producer, counters: Counters, now: () => number) {
    this.#packer = packer;
    this.#producer = producer;
    this.#counters = counters;
    this.#now = now;
  }

  /** Packs the event; the receipt settles with its record. */
  add(event: SessionEvent, receipt: Receipt): void {
    this.#packer.add(event, receipt);
    this.#turn ??= setImmediate(() => {
      this.#turn = null;
      this.#publishDue();
    });
  }

  /** Publishes every open record, and waits for all that is on its way. */
  async close(): Promise<void> {
    if (this.#turn) clearImmediate(this.#turn);
    if (this.#timer) clearTimeout(this.#timer);
    this.#packer.closeAll();
    this.#publish();
    while (this.#sending.size > 0) await Promise.all(this.#sending);
  }

  #publishDue(): void {
    this.#packer.closeDue();
    this.#publish();
    const { nextDueMs } = this.#packer;
    if (nextDueMs === null || this.#timer) return;
    // A timer may fire a moment early: nothing is due then, and the next one waits for the rest.
    const delayMs = Math.max(1, Math.ceil(nextDueMs - this.#now()));
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#publishDue();
    }, delayMs);
  }

  #publish(): void {
    const waiting = [...this.#held, ...this.#packer.takeClosed()];
    this.#held = waiting.filter(({ session }) => this.#onTheirWay.has(session));
    const sendable = waiting.filter(({ session }) => !this.#onTheirWay.has(session));
    if (sendable.length === 0) return;
    for (const { session } of sendable) this.#onTheirWay.add(session);
    const sending = this.#send(sendable).finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  /** Never rejects: a failure goes to the requests that wait, whose answers tell it. */
  async #send(closed: readonly ClosedBatch[]): Promise<void> {
    const sessions = new Set(closed.map(({ session }) => session));
    try {
      const records = closed.map(recordOf);
      await this.#producer.send(SESSION_EVENTS, records);
      this.#counters.batches += closed.length;
      for (const { value } of records) this.#counters.batchBytes += value.length;
      for (const { receipts } of closed) for (const receipt of receipts) receipt.done();
    } catch (error) {
      this.#fail([...closed, ...this.#behind(sessions)], error);
    }
    for (const session of sessions) this.#onTheirWay.delete(session);
    if (this.#held.length > 0) this.#publish();
  }

  /** Takes out what would follow the lost records of these sessions. */
  #behind(sessions: ReadonlySet<PackedSession>): readonly ClosedBatch[] {
    const held = this.#held.filter(({ session }) => sessions.has(session));
    this.#held = this.#held.filter(({ session }) => !sessions.has(session));
    return [...held, ...this.#packer.failed(sessions)];
  }

  #fail(batches: readonly ClosedBatch[], error: unknown): void {
    this.#counters.failedBatches += batches.length;
    for (const { receipts } of batches) for (const receipt of receipts) receipt.failed(error);
  }
}

function recordOf({ batch }: ClosedBatch): OutgoingRecord {
  return { key: Buffer.from(sessionKey(batch.node, batch.session)), value: encodeBatch(batch) };
}
