import type { OutgoingRecord, Producer } from '@fleet-forensics/shared/bus/port';
import { ForensicsError, hasCode } from '@fleet-forensics/shared/error';
import type { Counters } from '../counters.ts';
import { Forwarder } from './forwarder.ts';
import { SpoolFlow } from './spool-flow.ts';
import { SpoolNews, type SpoolStatus } from './spool-news.ts';
import { SpoolPace } from './spool-pace.ts';
import { Spool, type SpoolOptions } from './spool.ts';

export interface SpooledProducerOptions extends Omit<SpoolOptions, 'topic'> {
  readonly log: Producer;
  /** As an operator is told of it, e.g. `Kafka`. */
  readonly logName: string;
  /** The one topic that is sent to; `partitions` as it was made with. */
  readonly topic: { readonly name: string; readonly partitions: number };
  readonly counters: Counters;
  /** Told what an operator must know. */
  readonly warn: (message: string) => void;
  /** Milliseconds since 1970; decides only what is told when. */
  readonly now: () => number;
}

/**
 * The log's producer with a spool under it: while the log is away sends go to the spool, and then until everything in it is forwarded.
 *
 * - A send resolves when its records are durable, in the log or in the spool; the spool takes all of a send or none of it.
 * - The records of one key stay in order as long as its sender waits for one send before the next (as Publisher does): a direct
 *   send that fails joins the spool at its end, and only what follows it under its key must be behind it.
 * - Records may come to the log twice, and then so does all of their key that came behind them: no hole opens, nothing overtakes.
 * - A process that finds records in its spool begins with them.
 * - While the spool is drained sends wait for their turn, so that it gets empty under any load.
 */
export class SpooledProducer implements Producer {
  readonly #options: SpooledProducerOptions;
  readonly #spool: Spool;
  readonly #flow: SpoolFlow;
  readonly #forwarder: Forwarder;
  readonly #news: SpoolNews;
  readonly #pace = new SpoolPace();
  /** Time of the oldest record that waits; of no meaning while none does. */
  #oldestMs: number;
  #isClosed = false;

  private constructor(options: SpooledProducerOptions, spool: Spool) {
    this.#options = options;
    this.#spool = spool;
    this.#flow = new SpoolFlow(spool.left);
    this.#forwarder = new Forwarder(options);
    this.#news = new SpoolNews(options.logName, options.dir, options.warn, options.now);
    this.#oldestMs = options.now();
  }

  /** @throws ForensicsError FF_LOG_IN_USE if another process has the spool open, FF_LOG_VERSION, FF_LOG_UNAVAILABLE */
  static async open(options: SpooledProducerOptions): Promise<SpooledProducer> {
    const spool = await Spool.open({ ...options, topic: options.topic.name });
    const producer = new SpooledProducer(options, spool);
    if (spool.left > 0) producer.#news.left(spool.left);
    await producer.#drain();
    return producer;
  }

  /** What is filled of its file, which has at most {@link maxBytes}. @throws ForensicsError FF_LOG_UNAVAILABLE */
  get usedBytes(): number {
    return this.#spool.usedBytes;
  }

  get maxBytes(): number {
    return this.#options.maxBytes;
  }

  get status(): SpoolStatus {
    const { mode, depth } = this.#flow;
    return { mode, depth, ageMs: mode === 'direct' ? 0 : Math.max(0, this.#options.now() - this.#oldestMs) };
  }

  /**
   * Records have a key and no partition of their own: that is chosen when they get to the log.
   * @throws ForensicsError FF_LOG_UNAVAILABLE if neither the log nor the spool takes them now; FF_RECORD_TOO_LARGE; FF_NOT_SUPPORTED
   */
  async send(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    this.#refuseUnkeyed(topic, records);
    if (this.#flow.mode === 'draining') await this.#pace.turn(records.length);
    if (this.#flow.mode === 'direct') {
      try {
        await this.#options.log.send(topic, records);
        if (this.#flow.mode === 'direct') this.#news.back();
        return;
      } catch (error) {
        if (!isAway(error)) throw error;
        this.#news.away(error, this.status);
      }
    }
    await this.#append(records);
  }

  /** Waits for what is being appended, not for the log: what is left is forwarded after the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#forwarder.stop();
    this.#pace.open();
    await this.#spool.close();
  }

  async #append(records: readonly OutgoingRecord[]): Promise<void> {
    const { counters, now } = this.#options;
    if (this.#flow.depth === 0) this.#oldestMs = now();
    this.#flow.spooled(records.length);
    try {
      await this.#spool.append(records);
    } catch (cause) {
      this.#flow.refused(records.length);
      if (this.#flow.mode === 'direct') this.#pace.open();
      if (!hasCode(cause, 'FF_LOG_UNAVAILABLE')) throw cause;
      counters.spoolRefused += records.length;
      throw this.#full(cause);
    }
    counters.spooled += records.length;
  }

  async #drain(): Promise<void> {
    await this.#spool.drain({
      forward: async (records) => {
        this.#oldestMs = records[0]!.timeMs;
        await this.#forwarder.forward(records);
      },
      gone: (count) => {
        this.#options.counters.drained += count;
        this.#flow.forwarded(count);
        if (this.#flow.mode === 'draining') this.#pace.left(count);
        else this.#rest();
      },
      failed: (error) => {
        this.#flow.notForwarded();
        this.#pace.open();
        if (!this.#isClosed) this.#news.away(error, this.status);
      },
    });
  }

  #rest(): void {
    this.#pace.open();
    this.#news.back();
    try {
      this.#spool.shrink();
    } catch (error) {
      this.#options.warn(`the spool keeps its size on the disk for now: ${String(error)}`);
    }
  }

  #refuseUnkeyed(topic: string, records: readonly OutgoingRecord[]): void {
    if (topic === this.#options.topic.name && records.every(({ key, partition }) => key && partition === undefined)) return;
    throw new ForensicsError(
      'FF_NOT_SUPPORTED',
      `The spool keeps records of ${this.#options.topic.name} with a key and without a partition, not those for ${topic}: send them to the log itself`,
    );
  }

  #full(cause: ForensicsError): ForensicsError {
    const { logName, dir, maxBytes } = this.#options;
    return new ForensicsError(
      'FF_LOG_UNAVAILABLE',
      `${logName} is away and the spool in ${dir} (FF_SPOOL_BYTES=${maxBytes}) takes no more: bring it back, or raise its bound. ${cause.message}`,
      { cause },
    );
  }
}

/** The topic is one that ingest can't do without: it was deleted, or is not made yet, and what is for it waits. */
function isAway(error: unknown): boolean {
  return hasCode(error, 'FF_LOG_UNAVAILABLE') || hasCode(error, 'FF_UNKNOWN_TOPIC');
}
