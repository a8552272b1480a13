import type { OutgoingRecord, Producer } from '@fleet-forensics/shared/bus/port';
import { SESSION_EVENTS } from '@fleet-forensics/shared/topics';
import { encodeBatch } from '@fleet-forensics/shared/wire/codec';
import type { Counters } from '../counters.ts';
import type { SessionEvent } from '../session-event.ts';
import type { ClosedBatch, Packer } from './packer.ts';
import type { RecordWatcher } from './receipt.ts';

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
  /** Keys of the sessions with a record on its way, and the records that wait for those. */
  readonly #onTheirWay = new Set<string>();
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

  /** Packs the event; `receipt` is told of its record. False: refused, as the packer's add says. */
  add(event: SessionEvent, receipt: RecordWatcher): boolean {
    const isTaken = this.#packer.add(event, receipt);
    this.#turn ??= setImmediate(() => {
      this.#turn = null;
      this.#publishDue();
    });
    return isTaken;
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
    this.#held = waiting.filter(({ key }) => this.#onTheirWay.has(key));
    const sendable = waiting.filter(({ key }) => !this.#onTheirWay.has(key));
    if (sendable.length === 0) return;
    for (const { key } of sendable) this.#onTheirWay.add(key);
    const sending = this.#send(sendable).finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  /** Never rejects: a failure goes to those that wait. */
  async #send(closed: readonly ClosedBatch[]): Promise<void> {
    try {
      const records = closed.map((each) => this.#recordOf(each));
      await this.#producer.send(SESSION_EVENTS, records);
      this.#counters.batches += closed.length;
      for (const { value } of records) this.#counters.batchBytes += value.length;
      for (const { receipts } of closed) for (const receipt of receipts) receipt.done();
    } catch (error) {
      this.#fail([...closed, ...this.#behind(closed)], error);
    }
    for (const { key } of closed) this.#onTheirWay.delete(key);
    if (this.#held.length > 0) this.#publish();
  }

  /** Takes out what would follow the lost records in their sessions. */
  #behind(lost: readonly ClosedBatch[]): readonly ClosedBatch[] {
    const keys = new Set(lost.map(({ key }) => key));
    const held = this.#held.filter(({ key }) => keys.has(key));
    this.#held = this.#held.filter(({ key }) => !keys.has(key));
    return [...held, ...this.#packer.failed(lost)];
  }

  #fail(batches: readonly ClosedBatch[], error: unknown): void {
    this.#counters.failedBatches += batches.length;
    for (const { batch, receipts } of batches) for (const receipt of receipts) receipt.failed(error, batch);
  }

  #recordOf(closed: ClosedBatch): OutgoingRecord {
    const record = { key: Buffer.from(closed.key), value: encodeBatch(closed.batch) };
    this.#packer.encoded(closed);
    return record;
  }
}
