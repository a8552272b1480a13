import { setTimeout as pause } from 'node:timers/promises';
import type { ProducerCalls } from './client-calls.ts';
import { CODECS, compress } from './codecs.ts';
import { isTransient } from './kafka-errors.ts';
import type { LaneBatch } from './lane.ts';
import { BATCH_HEADER_BYTES } from './record-batch.ts';
import { seal, writeRecords, type KeyAndValue } from './record-batch-writer.ts';

/** Pauses between attempts, milliseconds. */
const FIRST_PAUSE_MS = 20;
const LAST_PAUSE_MS = 500;

export interface BatchSenderOptions {
  readonly connect: () => ProducerCalls;
  readonly acks: 'all' | 'leader';
  readonly compression: 'none' | 'gzip' | 'zstd';
  /** How long a broker may wait for its replicas. */
  readonly timeoutMs: number;
}

/** Brings batches to Kafka, however many attempts that takes. Connects with the first one. */
export class BatchSender {
  readonly #options: BatchSenderOptions;
  #connected: Promise<ProducerCalls> | undefined;

  constructor(options: BatchSenderOptions) {
    this.#options = options;
  }

  /**
   * Tries until all are acknowledged and gone from `left`, until one can't be, or until nobody waits any more.
   * @param left at most one batch for a partition
   * @throws an error of kafkajs
   */
  async send(left: Set<LaneBatch>, acknowledged: (batch: LaneBatch) => void): Promise<void> {
    const encoded = new Map<LaneBatch, Buffer>();
    for (const batch of left) encoded.set(batch, await this.#encode(batch.records));
    for (let pauseMs = FIRST_PAUSE_MS; isAwaited(left); pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS)) {
      try {
        for (const batch of await this.#attempt(left, encoded)) {
          left.delete(batch);
          acknowledged(batch);
        }
        if (left.size === 0) return;
      } catch (error) {
        if (!isTransient(error)) throw error;
      }
      await pause(pauseMs);
    }
  }

  async close(): Promise<void> {
    // Who waited for the connection was told.
    const connected = await this.#connected?.catch(() => undefined);
    await connected?.disconnect();
  }

  /** Those that were acknowledged. */
  async #attempt(left: ReadonlySet<LaneBatch>, encoded: ReadonlyMap<LaneBatch, Buffer>): Promise<LaneBatch[]> {
    const topics = new Map<string, { partition: number; value: Buffer }[]>();
    for (const batch of left) {
      const { topic, partition } = batch.lane;
      const message = { partition, value: encoded.get(batch)! };
      const messages = topics.get(topic);
      if (messages) messages.push(message);
      else topics.set(topic, [message]);
    }
    const topicMessages = [...topics].map(([topic, messages]) => ({ topic, messages }));
    const { acks, timeoutMs } = this.#options;
    const producer = await this.#producer();
    const results = await producer.sendBatch({ acks: acks === 'all' ? -1 : 1, timeout: timeoutMs, topicMessages });
    const refused = results.filter(({ errorCode }) => errorCode !== 0);
    return [...left].filter(
      ({ lane }) => !refused.some(({ topicName, partition }) => topicName === lane.topic && partition === lane.partition),
    );
  }

  async #encode(records: readonly KeyAndValue[]): Promise<Buffer> {
    const { compression } = this.#options;
    const written = writeRecords(records);
    if (compression === 'none') return seal(written, records.length, CODECS.none, Date.now());
    const compressed = await compress(compression, written.subarray(BATCH_HEADER_BYTES));
    return seal(
      Buffer.concat([written.subarray(0, BATCH_HEADER_BYTES), compressed]),
      records.length,
      CODECS[compression],
      Date.now(),
    );
  }

  #producer(): Promise<ProducerCalls> {
    this.#connected ??= this.#open();
    return this.#connected;
  }

  async #open(): Promise<ProducerCalls> {
    const producer = this.#options.connect();
    try {
      await producer.connect();
      return producer;
    } catch (error) {
      this.#connected = undefined;
      throw error;
    }
  }
}

function isAwaited(batches: Iterable<LaneBatch>): boolean {
  return [...batches].some(({ portions }) => portions.some(({ send }) => !send.isSettled));
}
