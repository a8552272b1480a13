import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PartitionLog, Retention } from './partition-log.ts';
import type { TopicCatalogue } from './topic-catalogue.ts';
import type { WriteQueue } from './write-queue.ts';

export interface RetentionClock {
  readonly now: () => number;
  readonly intervalMs: number;
}

/** Deletes, from time to time, the records that are older or more than their topic keeps. */
export class RetentionTimer {
  readonly #topics: TopicCatalogue;
  readonly #writes: WriteQueue;
  readonly #clock: RetentionClock;
  readonly #failed: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #run: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(topics: TopicCatalogue, writes: WriteQueue, clock: RetentionClock, failed: (error: unknown) => void) {
    this.#topics = topics;
    this.#writes = writes;
    this.#clock = clock;
    this.#failed = failed;
    this.#schedule();
  }

  /** Waits for the transaction that is under way; what is left is deleted another time. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#run;
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#run = this.#enforce();
    }, this.#clock.intervalMs).unref();
  }

  async #enforce(): Promise<void> {
    try {
      for (const { spec, partitions } of this.#topics.all()) {
        for (const partition of partitions) await this.#trim(partition, spec);
      }
    } catch (error) {
      this.#failed(error);
    }
    this.#schedule();
  }

  async #trim(partition: PartitionLog, retention: Retention): Promise<void> {
    if (partition.keepsAll(retention)) return;
    while (!this.#stopped) {
      const more = await this.#writes.run(0, (transaction) => partition.trim(transaction, retention, this.#clock.now()));
      if (!more) return;
      await nextTurn();
    }
  }
}
