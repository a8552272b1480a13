import { ForensicsError } from '../../error.ts';
import { BatchSender, type BatchSenderOptions } from './batch-sender.ts';
import { fromKafka } from './kafka-errors.ts';
import { Lane, type LaneBatch, type PendingSend } from './lane.ts';
import type { KeyAndValue } from './record-batch-writer.ts';

/** Keys and values that may wait to be acknowledged; a send beyond is refused. As the embedded log's. */
const MAX_WAITING_BYTES = 256 * 1024 * 1024;
/** Keys and values of one request, at least one batch. */
const MAX_REQUEST_BYTES = 4 * 1024 * 1024;

/**
 * Sends records, those of each partition in the order of the calls: a batch follows when the one before it is acknowledged, and
 * what waits meanwhile goes into it. So batches grow with the load, and nobody waits for one to fill.
 *
 * Nothing is idempotent: a batch whose acknowledgement was lost is sent again, and one that was given up may still arrive late.
 */
export class SendLanes {
  readonly #sender: BatchSender;
  readonly #timeoutMs: number;
  readonly #lanes = new Map<string, Lane>();
  /** In the order of their deadlines. */
  readonly #sends = new Set<PendingSend>();
  #waitingBytes = 0;
  #isDispatching = false;
  #isClosed = false;
  #deadline: NodeJS.Timeout | undefined;
  #onIdle: (() => void) | undefined;

  /** What is not acknowledged `timeoutMs` after the call is rejected. */
  constructor(options: BatchSenderOptions) {
    this.#sender = new BatchSender(options);
    this.#timeoutMs = options.timeoutMs;
  }

  /** @throws ForensicsError FF_LOG_UNAVAILABLE, after `timeoutMs` at the latest; FF_RECORD_TOO_LARGE, FF_UNKNOWN_TOPIC */
  send(topic: string, partitions: ReadonlyMap<number, readonly KeyAndValue[]>): Promise<void> {
    let bytes = 0;
    let left = 0;
    for (const records of partitions.values()) {
      left += records.length;
      for (const { key, value } of records) bytes += value.length + (key?.length ?? 0);
    }
    const refusal = this.#refusal(bytes);
    if (refusal) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      const giveUpAtMs = performance.now() + this.#timeoutMs;
      const send: PendingSend = { bytes, giveUpAtMs, left, isSettled: false, resolve, reject };
      for (const [partition, records] of partitions) this.#lane(topic, partition).push(send, records);
      this.#sends.add(send);
      this.#waitingBytes += bytes;
      this.#deadline ??= setTimeout(() => this.#giveUp(), this.#timeoutMs);
      this.#dispatchSoon();
    });
  }

  /** Refuses what comes from now on; settles when what came before is settled. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#sends.size > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
    clearTimeout(this.#deadline);
    await this.#sender.close();
  }

  #refusal(bytes: number): ForensicsError | undefined {
    if (this.#isClosed) return new ForensicsError('FF_LOG_UNAVAILABLE', 'The bus is closed: open it again to send');
    if (this.#waitingBytes === 0 || this.#waitingBytes + bytes <= MAX_WAITING_BYTES) return undefined;
    return new ForensicsError(
      'FF_LOG_UNAVAILABLE',
      `${this.#waitingBytes} bytes already wait for Kafka (bound ${MAX_WAITING_BYTES}): await earlier sends first`,
    );
  }

  #lane(topic: string, partition: number): Lane {
    const name = `${topic}/${partition}`;
    const existing = this.#lanes.get(name);
    if (existing) return existing;
    const lane = new Lane(topic, partition);
    this.#lanes.set(name, lane);
    return lane;
  }

  /** What one turn of the event loop brings goes together. */
  #dispatchSoon(): void {
    if (this.#isDispatching) return;
    this.#isDispatching = true;
    setImmediate(() => {
      this.#isDispatching = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    let batches: LaneBatch[] = [];
    let bytes = 0;
    for (const [name, lane] of this.#lanes) {
      const batch = lane.isBusy ? null : lane.cut();
      if (!batch && !lane.isBusy) this.#lanes.delete(name);
      if (!batch) continue;
      if (bytes + batch.bytes > MAX_REQUEST_BYTES && batches.length > 0) {
        void this.#fly(batches);
        batches = [];
        bytes = 0;
      }
      lane.isBusy = true;
      batches.push(batch);
      bytes += batch.bytes;
    }
    if (batches.length > 0) void this.#fly(batches);
  }

  async #fly(batches: readonly LaneBatch[]): Promise<void> {
    const left = new Set(batches);
    try {
      await this.#sender.send(left, (batch) => this.#acknowledge(batch));
    } catch (error) {
      // One partition's fault must not reject the others.
      const isOne = left.size === 1;
      for (const batch of left) {
        if (isOne) this.#reject(batch, error);
        else await this.#flyAlone(batch);
      }
    }
    for (const { lane } of batches) lane.isBusy = false;
    this.#dispatchSoon();
  }

  async #flyAlone(batch: LaneBatch): Promise<void> {
    try {
      await this.#sender.send(new Set([batch]), () => this.#acknowledge(batch));
    } catch (error) {
      this.#reject(batch, error);
    }
  }

  #acknowledge({ portions }: LaneBatch): void {
    for (const { send, count } of portions) {
      send.left -= count;
      if (send.left === 0 && this.#settle(send)) send.resolve();
    }
  }

  #reject({ lane, portions }: LaneBatch, cause: unknown): void {
    const error = fromKafka(cause, `Records for ${lane.topic}/${lane.partition} can't be sent`);
    for (const { send } of portions) if (this.#settle(send)) send.reject(error);
  }

  #giveUp(): void {
    const nowMs = performance.now();
    for (const send of this.#sends) {
      if (send.giveUpAtMs > nowMs) {
        this.#deadline = setTimeout(() => this.#giveUp(), send.giveUpAtMs - nowMs + 1);
        return;
      }
      this.#settle(send);
      send.reject(
        new ForensicsError(
          'FF_LOG_UNAVAILABLE',
          `Kafka has not acknowledged ${send.bytes} bytes in ${this.#timeoutMs} ms: look after the brokers`,
        ),
      );
    }
    this.#deadline = undefined;
  }

  /** False if it was settled before. */
  #settle(send: PendingSend): boolean {
    if (send.isSettled) return false;
    send.isSettled = true;
    this.#sends.delete(send);
    this.#waitingBytes -= send.bytes;
    if (this.#sends.size === 0) this.#onIdle?.();
    return true;
  }
}
