import { ForensicsError } from '../../error.ts';
import type { PartitionId, TopicSpec } from '../port.ts';
import type { LogRows } from './log-rows.ts';
import { PartitionLog } from './partition-log.ts';
import type { StoredTopic } from './topic-rows.ts';

export interface Topic {
  readonly spec: TopicSpec;
  readonly partitions: readonly PartitionLog[];
}

/** The log's topics in memory, as the file has them. */
export class TopicCatalogue {
  readonly #rows: LogRows;
  readonly #topics = new Map<string, Topic>();

  constructor(rows: LogRows) {
    this.#rows = rows;
  }

  /** Takes over what is stored. A topic that is known keeps its partitions and takes the stored retention. */
  update(stored: readonly StoredTopic[]): void {
    for (const { spec, partitions } of stored) {
      const known = this.#topics.get(spec.name)?.partitions;
      const logs =
        known ?? partitions.map((each, partition) => new PartitionLog(this.#rows, { topic: spec.name, partition }, each));
      this.#topics.set(spec.name, { spec, partitions: logs });
    }
  }

  all(): IterableIterator<Topic> {
    return this.#topics.values();
  }

  /** @throws ForensicsError FF_UNKNOWN_TOPIC */
  topic(name: string): Topic {
    const topic = this.#topics.get(name);
    if (topic) return topic;
    const known = [...this.#topics.keys()].join(', ') || 'none';
    throw new ForensicsError('FF_UNKNOWN_TOPIC', `The log has no topic ${name}: create it first. It has: ${known}`);
  }

  /** @throws ForensicsError FF_UNKNOWN_TOPIC, FF_UNKNOWN_PARTITION */
  partition(id: PartitionId): PartitionLog {
    const { partitions } = this.topic(id.topic);
    const partition = partitions[id.partition];
    if (partition) return partition;
    throw new ForensicsError(
      'FF_UNKNOWN_PARTITION',
      `Topic ${id.topic} has no partition ${id.partition}: they are 0 to ${partitions.length - 1}`,
    );
  }
}
