import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { ForensicsError } from '../../error.ts';
import type { GroupPartition, OffsetRange, PartitionId } from '../port.ts';
import type { AdminCalls } from './client-calls.ts';
import { within } from './deadline.ts';
import { fromKafka, hasType, isTransient } from './kafka-errors.ts';

/** Between two attempts. */
const PAUSE_MS = 100;

/** Questions to the cluster. Each is answered, or fails, within twice the request time-out. */
export class KafkaAdmin {
  readonly #connect: () => AdminCalls;
  readonly #requestTimeoutMs: number;
  readonly #offsetQuestions = new Map<string, Promise<Map<number, OffsetRange>>>();
  #connected: Promise<AdminCalls> | undefined;

  constructor(connect: () => AdminCalls, requestTimeoutMs: number) {
    this.#connect = connect;
    this.#requestTimeoutMs = requestTimeoutMs;
  }

  /**
   * Runs a call; again over a new connection if it fails, for as long as a cluster may need that has just made a topic or lost a
   * leader.
   * @param what could not be done: a sentence without its end
   * @throws ForensicsError FF_UNKNOWN_TOPIC, FF_LOG_UNAVAILABLE
   */
  async ask<T>(what: string, call: (admin: AdminCalls) => Promise<T>): Promise<T> {
    const late = () => new ForensicsError('FF_LOG_UNAVAILABLE', `${what}: Kafka does not answer. Look after the brokers`);
    return within(this.#askPatiently(call), 2 * this.#requestTimeoutMs, late).catch((error: unknown) => {
      throw fromKafka(error, what);
    });
  }

  /** @throws ForensicsError FF_UNKNOWN_TOPIC, FF_LOG_UNAVAILABLE */
  async partitionCount(topic: string): Promise<number> {
    const { topics } = await this.ask(`Topic ${topic} can't be looked up`, (admin) =>
      admin.fetchTopicMetadata({ topics: [topic] }),
    );
    const found = topics.find(({ name }) => name === topic);
    if (found) return found.partitions.length;
    throw new ForensicsError('FF_UNKNOWN_TOPIC', `Kafka has no topic ${topic}: create it first`);
  }

  /** Of every partition. Questions of one turn of the event loop share an answer. @throws as {@link partitionCount} */
  offsets(topic: string): Promise<Map<number, OffsetRange>> {
    const asked = this.#offsetQuestions.get(topic);
    if (asked) return asked;
    const question = this.#askOffsets(topic);
    this.#offsetQuestions.set(topic, question);
    return question;
  }

  /** What a group has committed on the partitions, and what lies on them. @throws as {@link partitionCount} */
  async describe(group: string, partitions: readonly PartitionId[]): Promise<GroupPartition[]> {
    const topics = [...new Set(partitions.map(({ topic }) => topic))];
    const committed = await this.ask(`Offsets of group ${group} can't be read`, (admin) =>
      admin.fetchOffsets({ groupId: group, topics }),
    );
    const ranges = new Map(await Promise.all(topics.map(async (topic) => [topic, await this.offsets(topic)] as const)));
    return partitions.map(({ topic, partition }) => {
      const found = committed.find((each) => each.topic === topic)?.partitions.find((each) => each.partition === partition);
      const offset = Number(found?.offset ?? -1);
      const range = ranges.get(topic)!.get(partition) ?? { begin: 0, end: 0 };
      return { topic, partition, ...range, committed: offset < 0 ? null : { offset, metadata: found?.metadata ?? '' } };
    });
  }

  async close(): Promise<void> {
    const connected = this.#connected;
    this.#connected = undefined;
    if (!connected) return;
    // Who waits for the connection is told; here it is enough that there is none.
    const admin = await connected.catch(() => undefined);
    await admin?.disconnect();
  }

  async #askOffsets(topic: string): Promise<Map<number, OffsetRange>> {
    await nextTurn();
    this.#offsetQuestions.delete(topic);
    const answer = await this.ask(`Offsets of topic ${topic} can't be read`, (admin) => admin.fetchTopicOffsets(topic));
    return new Map(answer.map(({ partition, low, high }) => [partition, { begin: Number(low), end: Number(high) }]));
  }

  async #askPatiently<T>(call: (admin: AdminCalls) => Promise<T>): Promise<T> {
    const giveUpAt = performance.now() + this.#requestTimeoutMs;
    for (let attempt = 1; ; attempt++) {
      const used = this.#admin();
      try {
        return await call(await used);
      } catch (error) {
        if (hasType(error, 'UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION')) throw error;
        // Once more whatever it was: kafkajs keeps what it knew of leaders and coordinators.
        if (attempt > 1 && !(isTransient(error) && performance.now() < giveUpAt)) throw error;
        if (this.#connected === used) await this.close();
      }
      if (attempt > 1) await pause(PAUSE_MS);
    }
  }

  #admin(): Promise<AdminCalls> {
    this.#connected ??= this.#open();
    return this.#connected;
  }

  async #open(): Promise<AdminCalls> {
    const admin = this.#connect();
    try {
      await admin.connect();
      return admin;
    } catch (error) {
      this.#connected = undefined;
      throw error;
    }
  }
}
