import { ForensicsError } from '../../error.ts';
import type { LogFile, Transaction } from './log-file.ts';

/** Bytes after which a transaction is committed though more work waits: bounds how long it holds the event loop. */
const MAX_TRANSACTION_BYTES = 8 * 1024 * 1024;

interface Write {
  readonly bytes: number;
  readonly work: (transaction: Transaction) => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: the writes of one turn of the event loop share a transaction and its one fsync. They take effect in the order
 * of the calls, and each one's promise settles with its transaction.
 */
export class WriteQueue {
  readonly #file: LogFile;
  readonly #maxQueuedBytes: number;
  #waiting: Write[] = [];
  #queuedBytes = 0;
  #scheduled = false;
  #closed = false;

  constructor(file: LogFile, maxQueuedBytes: number) {
    this.#file = file;
    this.#maxQueuedBytes = maxQueuedBytes;
  }

  /**
   * Runs `work` in the next transaction; it may run again, alone, if that one fails. Resolves when it is durable.
   * @returns what `work` returned
   * @param bytes about what it writes
   * @throws ForensicsError FF_LOG_UNAVAILABLE, or what `work` throws; nothing of it was done then
   */
  run<T>(bytes: number, work: (transaction: Transaction) => T): Promise<T> {
    const refusal = this.#refusal(bytes);
    if (refusal) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      let result: T;
      this.#waiting.push({
        bytes,
        work: (transaction) => {
          result = work(transaction);
        },
        resolve: () => resolve(result),
        reject,
      });
      this.#queuedBytes += bytes;
      this.#schedule();
    });
  }

  /** Settles behind every write that was queued before. @throws ForensicsError FF_LOG_UNAVAILABLE */
  barrier(): Promise<void> {
    return this.run(0, () => {});
  }

  /** Refuses what comes from now on; settles when what came before is settled. */
  async close(): Promise<void> {
    const last = this.barrier();
    this.#closed = true;
    await last;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    const writes = this.#take();
    try {
      this.#commit(writes);
    } catch (error) {
      if (writes.length === 1) writes[0]!.reject(error);
      else for (const write of writes) this.#commitAlone(write);
    }
    if (this.#waiting.length > 0) this.#schedule();
  }

  /** One write's fault, a send that finds no room say, must not reject the others'. */
  #commitAlone(write: Write): void {
    try {
      this.#commit([write]);
    } catch (error) {
      write.reject(error);
    }
  }

  #commit(writes: readonly Write[]): void {
    this.#file.transaction((transaction) => {
      for (const { work } of writes) work(transaction);
    });
    for (const { resolve } of writes) resolve();
  }

  #take(): Write[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#waiting.length && bytes < MAX_TRANSACTION_BYTES) bytes += this.#waiting[count++]!.bytes;
    this.#queuedBytes -= bytes;
    return this.#waiting.splice(0, count);
  }

  #refusal(bytes: number): ForensicsError | undefined {
    if (this.#closed) return new ForensicsError('FF_LOG_UNAVAILABLE', 'The log is closed: open it again to write');
    if (this.#queuedBytes === 0 || this.#queuedBytes + bytes <= this.#maxQueuedBytes) return undefined;
    return new ForensicsError(
      'FF_LOG_UNAVAILABLE',
      `${this.#queuedBytes} bytes already wait to be written to the log (bound ${this.#maxQueuedBytes}): await earlier sends first`,
    );
  }
}
