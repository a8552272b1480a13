import type { Batch, BusRecord, Ownership } from './port.ts';
import { retryDelay, type RetryDelayMs } from './retry-delay.ts';
import type { Turns } from './turns.ts';

/** Where a delivery gets the records of its partition. */
export interface RecordSource {
  /** True if there is a record at or behind the position. */
  has(position: number): boolean;
  /**
   * Records from the position, or from the first one behind it; called only if {@link has} says that there is one.
   * @param maxBytes of keys and values; at least one record comes all the same, unless it has just gone
   * @throws ForensicsError FF_LOG_UNAVAILABLE
   */
  read(position: number, maxRecords: number, maxBytes: number): Slice;
  /** The delivery goes on from there, in whatever direction. */
  seek(position: number): void;
  /** What lies below is not asked for again, unless it is sought. */
  done(position: number): void;
  /** Has `watcher` called when records have come, until the returned function is called. */
  watch(watcher: () => void): () => void;
}

export interface Slice {
  readonly records: readonly BusRecord[];
  /** Where the next slice begins. */
  readonly next: number;
  /** The offset of the next record to come. */
  readonly end: number;
}

/** What deliveries of one consumer have in common. */
export interface DeliveryTerms {
  readonly maxBatchRecords: number;
  readonly maxBatchBytes: number;
  readonly retryDelayMs: RetryDelayMs;
  readonly turns: Turns;
  readonly batch: (batch: Batch) => Promise<void>;
  readonly failed: (error: unknown) => void;
}

/** Hands the records of one owned partition to its consumer, batch after batch, until it is stopped. */
export class PartitionDelivery {
  readonly ownership: Ownership;
  readonly #source: RecordSource;
  readonly #terms: DeliveryTerms;
  #position: number;
  #sought = false;
  #paused = false;
  #stopped = false;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  #wake: () => void = () => {};
  #running: Promise<void> = Promise.resolve();

  constructor(source: RecordSource, ownership: Ownership, position: number, terms: DeliveryTerms) {
    this.#source = source;
    this.ownership = ownership;
    this.#position = position;
    this.#terms = terms;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Waits for the batch that is running. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    this.#wake();
    await this.#running;
  }

  seek(offset: number): void {
    this.#position = offset;
    this.#sought = true;
    this.#source.seek(offset);
    this.#wake();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#wake();
  }

  async #run(): Promise<void> {
    const unwatch = this.#source.watch(() => this.#wake());
    while (!this.#stopped) {
      if (!this.#ready()) await this.#woken();
      else {
        await this.#terms.turns.next();
        if (!this.#stopped && this.#ready()) await this.#deliver();
      }
    }
    unwatch();
  }

  #ready(): boolean {
    return !this.#paused && this.#retry === undefined && this.#source.has(this.#position);
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  async #deliver(): Promise<void> {
    const from = this.#position;
    this.#sought = false;
    try {
      const { records, next, end } = this.#source.read(from, this.#terms.maxBatchRecords, this.#terms.maxBatchBytes);
      this.#position = next;
      if (records.length > 0) await this.#terms.batch({ ...this.ownership, records, end });
      this.#source.done(this.#position);
      this.#failures = 0;
    } catch (error) {
      if (!this.#sought) this.#position = from;
      this.#retryLater();
      this.#terms.failed(error);
    }
  }

  #retryLater(): void {
    if (this.#stopped) return;
    this.#failures++;
    this.#retry = setTimeout(
      () => {
        this.#retry = undefined;
        this.#wake();
      },
      retryDelay(this.#terms.retryDelayMs, this.#failures),
    );
  }
}
