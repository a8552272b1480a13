import { setTimeout as pause } from 'node:timers/promises';
import { ForensicsError, hasCode } from '../../error.ts';
import type { TopicSpec } from '../port.ts';
import type { KafkaAdmin } from './kafka-admin.ts';
import { topicConfigs, topicProblems, type FoundTopic, type TopicProblem } from './topic-problem.ts';

/** Kafka's number of a topic among what can be configured: ConfigResource.Type. */
const TOPIC_RESOURCE = 2;
/** A topic that was just made is known to all brokers after a moment, milliseconds. */
const KNOWN_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 50;

/** Makes the project's topics, and looks whether those that are there will do. */
export class TopicAdmin {
  readonly #admin: KafkaAdmin;
  readonly #replication: number;

  /** @param replication 0: the broker's default */
  constructor(admin: KafkaAdmin, replication: number) {
    this.#admin = admin;
    this.#replication = replication;
  }

  /** Leaves the configuration of what is there alone. @throws ForensicsError FF_TOPIC_MISMATCH, FF_LOG_UNAVAILABLE */
  async ensure(specs: readonly TopicSpec[]): Promise<void> {
    const missing: TopicSpec[] = [];
    for (const spec of specs) {
      if (!(await this.#isThere(spec))) missing.push(spec);
    }
    if (missing.length === 0) return;
    const topics = missing.map((spec) => ({
      topic: spec.name,
      numPartitions: spec.partitions,
      replicationFactor: this.#replication || -1,
      configEntries: Object.entries(topicConfigs(spec)).map(([name, value]) => ({ name, value })),
    }));
    const names = missing.map(({ name }) => name).join(', ');
    await this.#admin.ask(`Topics can't be created (${names})`, (admin) => admin.createTopics({ topics, waitForLeaders: false }));
    // Somebody else may have been faster, with other numbers.
    for (const spec of missing) await this.#becomesKnown(spec);
  }

  /** @throws ForensicsError FF_LOG_UNAVAILABLE */
  async check(specs: readonly TopicSpec[]): Promise<TopicProblem[]> {
    const problems: TopicProblem[] = [];
    for (const spec of specs) problems.push(...topicProblems(spec, await this.#find(spec.name)));
    return problems;
  }

  async #becomesKnown(spec: TopicSpec): Promise<void> {
    for (const giveUpAt = performance.now() + KNOWN_WITHIN_MS; !(await this.#isThere(spec)); await pause(LOOK_EVERY_MS)) {
      if (performance.now() < giveUpAt) continue;
      throw new ForensicsError(
        'FF_LOG_UNAVAILABLE',
        `Topic ${spec.name} was created, but no broker knows it: look after the brokers`,
      );
    }
  }

  async #isThere({ name, partitions }: TopicSpec): Promise<boolean> {
    const found = await this.#partitionCount(name);
    if (found === null || found === partitions) return found !== null;
    throw new ForensicsError(
      'FF_TOPIC_MISMATCH',
      `Topic ${name} has ${found} partitions, not ${partitions}: keys would move. docs/OPERATING.md tells how to change their number`,
    );
  }

  async #find(topic: string): Promise<FoundTopic | null> {
    const partitions = await this.#partitionCount(topic);
    if (partitions === null) return null;
    const { resources } = await this.#admin.ask(`The configuration of topic ${topic} can't be read`, (admin) =>
      admin.describeConfigs({ resources: [{ type: TOPIC_RESOURCE, name: topic }], includeSynonyms: false }),
    );
    const entries = resources.flatMap(({ configEntries }) => configEntries);
    return { partitions, configs: new Map(entries.map(({ configName, configValue }) => [configName, configValue])) };
  }

  async #partitionCount(topic: string): Promise<number | null> {
    try {
      return await this.#admin.partitionCount(topic);
    } catch (error) {
      if (hasCode(error, 'FF_UNKNOWN_TOPIC')) return null;
      throw error;
    }
  }
}
