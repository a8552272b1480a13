import type { Batch, BusRecord, Ownership } from '../port.ts';
import { retryDelay, type RetryDelayMs } from './embedded-log-options.ts';
import type { PartitionLog } from './partition-log.ts';
import type { Turns } from './turns.ts';

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
  readonly #log: PartitionLog;
  readonly #terms: DeliveryTerms;
  #position: number;
  #sought = false;
  #paused = false;
  #stopped = false;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  #wake: () => void = () => {};
  #running: Promise<void> = Promise.resolve();

  constructor(log: PartitionLog, ownership: Ownership, position: number, terms: DeliveryTerms) {
    this.#log = log;
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
    const unwatch = this.#log.watch(() => this.#wake());
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
    return !this.#paused && this.#retry === undefined && this.#position < this.#log.offsets.end;
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  async #deliver(): Promise<void> {
    const from = this.#position;
    this.#sought = false;
    try {
      const records = this.#log.read(from, this.#terms.maxBatchRecords, this.#terms.maxBatchBytes);
      this.#position = behind(records) ?? this.#log.offsets.end;
      if (records.length > 0) await this.#terms.batch({ ...this.ownership, records, end: this.#log.offsets.end });
      this.#failures = 0;
    } catch (error) {
      if (!this.#sought) this.#position = from;
      this.#retryLater();
      this.#terms.failed(error);
    }
  }

  #retryLater(): void {
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

/** The offset behind the last record. */
function behind(records: readonly BusRecord[]): number | undefined {
  const last = records.at(-1);
  return last && last.offset + 1;
}
