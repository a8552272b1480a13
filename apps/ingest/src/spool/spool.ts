import { EmbeddedLog } from '@fleet-forensics/shared/bus/embedded/embedded-log';
import type { BusRecord, Consumer, OutgoingRecord, PartitionId } from '@fleet-forensics/shared/bus/port';
import type { RetryDelayMs } from '@fleet-forensics/shared/bus/retry-delay';

/** What is handed over at once: with fewer the fsync behind each hand-over would cost more than the records. */
const DRAIN_RECORDS = 500;
const DRAIN_BYTES = 4 * 1024 * 1024;

/** The log is asked again soon after it went away, and often enough to be back within moments. */
const RETRY_DELAY_MS: RetryDelayMs = { first: 100, last: 2000 };

export interface SpoolOptions {
  /** The spool's own directory, made if it is missing. */
  readonly dir: string;
  /** Of its file, on the disk; the write-ahead log comes on top, as EmbeddedLogOptions.maxFileBytes says. */
  readonly maxBytes: number;
  /** Where its records are to go. */
  readonly topic: string;
  /** Pause before what could not be forwarded is tried again. Default 100 ms, doubled up to 2000. */
  readonly retryDelayMs?: RetryDelayMs;
}

export interface SpoolHandlers {
  /** The oldest records, in order; on rejection they come again. */
  forward(records: readonly BusRecord[]): Promise<void>;
  /** So many of the oldest are forwarded and deleted: they don't come again, whatever happens. */
  gone(count: number): void;
  /** Forwarding, or deleting behind it, failed and is tried again. Must not throw. */
  failed(error: unknown): void;
}

/** Records that wait for the log, in an embedded log of their own: what was appended survives kill -9 and a power cut. */
export class Spool {
  /** Records that were in it when it was opened. */
  readonly left: number;
  readonly #log: EmbeddedLog;
  readonly #partition: PartitionId;
  /** Records below this offset are forwarded; those of them that could not be deleted yet must not be forwarded again. */
  #forwardedTo = 0;
  #consumer: Consumer | undefined;

  private constructor(log: EmbeddedLog, partition: PartitionId, left: number) {
    this.#log = log;
    this.#partition = partition;
    this.left = left;
  }

  /** @throws ForensicsError FF_LOG_IN_USE if another process has it open, FF_LOG_VERSION, FF_LOG_UNAVAILABLE */
  static async open({ dir, maxBytes, topic, retryDelayMs = RETRY_DELAY_MS }: SpoolOptions): Promise<Spool> {
    const log = new EmbeddedLog({ dir, maxFileBytes: maxBytes, retryDelayMs });
    try {
      // One partition, so that it is drained in the order in which it was filled.
      const partition: PartitionId = { topic, partition: 0 };
      await log.ensureTopics([{ name: topic, partitions: 1, retentionMs: 0, retentionBytes: 0 }]);
      const { begin, end } = await log.offsets(partition);
      return new Spool(log, partition, end - begin);
    } catch (error) {
      await log.close();
      throw error;
    }
  }

  /** What is filled of its file. @throws ForensicsError FF_LOG_UNAVAILABLE */
  get usedBytes(): number {
    return this.#log.usedBytes;
  }

  /** All of them or none. @throws ForensicsError FF_LOG_UNAVAILABLE if it is full or can't be written, FF_RECORD_TOO_LARGE */
  async append(records: readonly OutgoingRecord[]): Promise<void> {
    await this.#log.producer().send(this.#partition.topic, records);
  }

  /** From now on hands over what is there and what comes, one batch at a time. */
  async drain(handlers: SpoolHandlers): Promise<void> {
    const options = {
      group: 'drain',
      topics: [this.#partition.topic],
      maxBatchRecords: DRAIN_RECORDS,
      maxBatchBytes: DRAIN_BYTES,
    };
    this.#consumer = await this.#log.consume(options, {
      assigned: async () => {},
      batch: ({ records }) => this.#handOver(records, handlers),
      revoked: async () => {},
      failed: (error) => handlers.failed(error),
    });
  }

  /** Gives room that records took back to the disk: for an empty spool. @throws ForensicsError FF_LOG_UNAVAILABLE */
  shrink(): void {
    this.#log.shrink();
  }

  /** Waits for the hand-over that is under way. What is left stays for the next process. */
  async close(): Promise<void> {
    await this.#consumer?.close();
    await this.#log.close();
  }

  async #handOver(records: readonly BusRecord[], handlers: SpoolHandlers): Promise<void> {
    const waiting = records.filter(({ offset }) => offset >= this.#forwardedTo);
    if (waiting.length > 0) await handlers.forward(waiting);
    this.#forwardedTo = records.at(-1)!.offset + 1;
    await this.#log.deleteRecords(this.#partition, this.#forwardedTo);
    handlers.gone(records.length);
  }
}
