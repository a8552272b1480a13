import { ForensicsError } from '../../error.ts';
import type { PartitionId } from '../port.ts';

/** How long a number of partitions is believed, milliseconds: Kafka's default metadata.max.age.ms is ten times that. */
const BELIEVED_MS = 30_000;

interface Size {
  readonly count: Promise<number>;
  askedAtMs: number;
}

/** How many partitions topics have. An old answer serves while a new one is fetched. */
export class TopicSizes {
  readonly #ask: (topic: string) => Promise<number>;
  readonly #failed: (error: unknown) => void;
  readonly #sizes = new Map<string, Size>();

  constructor(ask: (topic: string) => Promise<number>, failed: (error: unknown) => void) {
    this.#ask = ask;
    this.#failed = failed;
  }

  /** Answers come in the order of the questions about a topic. @throws ForensicsError FF_UNKNOWN_TOPIC, FF_LOG_UNAVAILABLE */
  of(topic: string): Promise<number> {
    const known = this.#sizes.get(topic);
    if (!known) return this.#remember(topic, this.#ask(topic));
    if (Date.now() - known.askedAtMs > BELIEVED_MS) {
      known.askedAtMs = Date.now();
      this.#refresh(topic).catch(this.#failed);
    }
    return known.count;
  }

  /** @throws ForensicsError FF_UNKNOWN_PARTITION, and as {@link of} */
  async check({ topic, partition }: PartitionId): Promise<void> {
    refuseUnknownPartition(topic, partition, await this.of(topic));
  }

  async #refresh(topic: string): Promise<void> {
    try {
      const count = await this.#ask(topic);
      void this.#remember(topic, Promise.resolve(count));
    } catch (error) {
      if (error instanceof ForensicsError && error.code === 'FF_UNKNOWN_TOPIC') this.#sizes.delete(topic);
      throw error;
    }
  }

  #remember(topic: string, count: Promise<number>): Promise<number> {
    this.#sizes.set(topic, { count, askedAtMs: Date.now() });
    // Who asked hears of it; the next one asks again.
    count.catch(() => this.#sizes.delete(topic));
    return count;
  }
}

/** @throws ForensicsError FF_UNKNOWN_PARTITION */
export function refuseUnknownPartition(topic: string, partition: number, count: number): void {
  if (Number.isInteger(partition) && partition >= 0 && partition < count) return;
  throw new ForensicsError('FF_UNKNOWN_PARTITION', `Topic ${topic} has no partition ${partition}: they are 0 to ${count - 1}`);
}
