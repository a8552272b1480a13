import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { OutgoingRecord } from '@fleet-forensics/shared/bus/port';
import type { Counters } from '../counters.ts';
import { FlakyKafka, type KafkaConnection, type KafkaMood } from './flaky-kafka.fixture.ts';
import { SpooledProducer } from './spooled-producer.ts';

const TOPIC = { name: 't', partitions: 3 };

/** Turns of the event loop, more than the fullest spool takes to be drained. */
const DRAIN_TURNS = 100_000;

/** What happens next, and for how many turns of the event loop it then stays so. */
export interface Step {
  readonly event: KafkaMood | 'crash';
  readonly kafkaTurns: number;
  readonly turns: number;
}

/** A process with its spool, until it is killed. */
class Process {
  readonly kafka: KafkaConnection;
  readonly producer: SpooledProducer;
  readonly killed = Promise.withResolvers<never>();

  private constructor(kafka: KafkaConnection, producer: SpooledProducer) {
    this.kafka = kafka;
    this.producer = producer;
    this.killed.promise.catch(() => {});
  }

  static async start(kafka: KafkaConnection, place: { dir: string; maxBytes: number; counters: Counters }): Promise<Process> {
    const options = { logName: 'Kafka', topic: TOPIC, retryDelayMs: { first: 1, last: 2 }, warn: () => {}, now: Date.now };
    return new Process(kafka, await SpooledProducer.open({ ...place, ...options, log: kafka }));
  }

  /** As a publisher of another process sees it: no answer is a failure. */
  send(records: readonly OutgoingRecord[]): Promise<void> {
    return Promise.race([this.producer.send(TOPIC.name, records), this.killed.promise]);
  }

  /** What it has on the disk at this moment is all that is left of it: `copy`. */
  kill(dir: string, copy: string): void {
    cpSync(dir, copy, { recursive: true });
    this.kafka.die();
    this.killed.reject(new Error('killed'));
  }
}

export interface SpoolScenarioOptions {
  readonly keys: readonly string[];
  readonly maxBytes: number;
  readonly counters: Counters;
}

/** Ingest over a spool, from process to process, and publishers that number what they send under each key: 1, 2, 3 … */
export class SpoolScenario {
  /** Key → highest number acknowledged. */
  readonly acknowledged = new Map<string, number>();
  /** The longest that the spool's file was, bytes. */
  longest = 0;
  readonly #options: SpoolScenarioOptions;
  readonly #kafka = new FlakyKafka();
  readonly #root = mkdtempSync(join(tmpdir(), 'spool-'));
  readonly #processes: Process[] = [];

  constructor(options: SpoolScenarioOptions) {
    this.#options = options;
  }

  /** The steps one by one, and then Kafka is there until all is drained. */
  async run(steps: readonly Step[]): Promise<void> {
    await this.#start();
    const publishing = new AbortController();
    const published = this.#options.keys.map((key) => this.#publish(key, publishing.signal));
    for (const step of steps) await this.#take(step);
    this.#kafka.mood = 'up';
    publishing.abort();
    await Promise.all(published);
    for (let turn = 0; turn < DRAIN_TURNS && !this.isDrained; turn++) await nextTurn();
  }

  get isDrained(): boolean {
    return this.#process.producer.status.mode === 'direct';
  }

  /** What Kafka has under the key, in its order. */
  numbersOf(key: string): number[] {
    const ofKey = this.#kafka.records.filter((record) => Buffer.from(record.key!).toString() === key);
    return ofKey.map(({ value }) => Buffer.from(value).readUInt32LE());
  }

  async close(): Promise<void> {
    await Promise.all(this.#processes.map(({ producer }) => producer.close()));
    rmSync(this.#root, { recursive: true });
  }

  get #process(): Process {
    return this.#processes.at(-1)!;
  }

  async #take({ event, kafkaTurns, turns }: Step): Promise<void> {
    this.#kafka.turns = kafkaTurns;
    if (event === 'crash') await this.#crash();
    else this.#kafka.mood = event;
    for (let turn = 0; turn < turns; turn++) await nextTurn();
    this.longest = Math.max(this.longest, statSync(join(this.#dir(this.#processes.length), 'log.sqlite')).size);
  }

  async #crash(): Promise<void> {
    const running = this.#processes.length;
    this.#process.kill(this.#dir(running), this.#dir(running + 1));
    await this.#start();
  }

  async #start(): Promise<void> {
    const { maxBytes, counters } = this.#options;
    const dir = this.#dir(this.#processes.length + 1);
    this.#processes.push(await Process.start(this.#kafka.connect(), { dir, maxBytes, counters }));
  }

  /** Of the process with this number, from 1. */
  #dir(process: number): string {
    return join(this.#root, String(process));
  }

  async #publish(key: string, until: AbortSignal): Promise<void> {
    for (let next = 1; !until.aborted; await nextTurn()) {
      const numbers = Array.from({ length: 1 + (next % 3) }, (_, index) => next + index);
      try {
        await this.#process.send(numbers.map((number) => recordOf(key, number)));
        next = numbers.at(-1)! + 1;
        this.acknowledged.set(key, next - 1);
      } catch {
        // Refused, or the process died: the same again.
      }
    }
  }
}

/** Some are long, so that the spool gets full. */
function recordOf(key: string, number: number): OutgoingRecord {
  const value = Buffer.alloc(number % 5 === 0 ? 20_000 : 8);
  value.writeUInt32LE(number);
  return { key: Buffer.from(key), value };
}
