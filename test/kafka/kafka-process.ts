import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Broker } from '../../tools/kafka/broker.mjs';
import type { Kafka } from '../../tools/kafka/jvm.mjs';

export interface KafkaProcessOptions {
  /** Directory that gets one with its data; default the system's for what is temporary. */
  readonly place?: string;
  /** As java's -Xmx takes it; default 512m. */
  readonly heap?: string;
  /** Further ones, e.g. `SECURE://127.0.0.1:12345` (tools/kafka/free-port.mjs finds a port); `properties` name their protocol. */
  readonly listeners?: readonly string[];
  /** Of Kafka's broker; they win over those of tools/kafka/server-properties.mjs. */
  readonly properties?: Readonly<Record<string, string>>;
}

/** A broker that one test has for itself, to kill, stop and start again on the same data and port. It is gone when the test's worker is. */
export class KafkaProcess {
  readonly #kafka: Kafka;
  readonly #options: KafkaProcessOptions;
  readonly #data: string;
  #broker: Broker;

  private constructor(kafka: Kafka, options: KafkaProcessOptions, data: string, broker: Broker) {
    this.#kafka = kafka;
    this.#options = options;
    this.#data = data;
    this.#broker = broker;
  }

  /** Starts it on empty data and a free port; resolves when it answers. @param kafka what describeKafkaProcess gives */
  static async start(kafka: Kafka, options: KafkaProcessOptions = {}): Promise<KafkaProcess> {
    const data = await mkdtemp(join(options.place ?? tmpdir(), 'kafka-process-'));
    return new KafkaProcess(kafka, options, data, await Broker.start(kafka, { ...options, data, isShortLived: true }));
  }

  /** The same through all restarts. */
  get brokers(): readonly string[] {
    return [`127.0.0.1:${this.#broker.port}`];
  }

  get pid(): number {
    return this.#broker.pid;
  }

  /** Settles when the running process has ended, whoever ended it: its status, null if a signal did. */
  get ended(): Promise<number | null> {
    return this.#broker.ended;
  }

  /** Settles when it has ended, for SIGKILL and SIGTERM; at once for SIGSTOP and SIGCONT. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    this.#broker.kill(signal);
    if (signal === 'SIGKILL' || signal === 'SIGTERM') await this.#broker.ended;
  }

  /** Starts it again, killed first if it runs, and once more if that fails, as a service manager does; resolves when it answers. */
  async restart(): Promise<void> {
    await this.kill('SIGKILL');
    const place = { data: this.#data, port: this.#broker.port };
    const start = () => Broker.start(this.#kafka, { ...this.#options, ...place, isShortLived: true });
    this.#broker = await start().catch((error: unknown) => {
      process.stderr.write(`\nKafka does not start again at once: ${String(error)}\n\n`);
      return start();
    });
  }

  /** Ends it and removes its data. */
  async stop(): Promise<void> {
    await this.kill('SIGKILL');
    await rm(this.#data, { recursive: true });
  }
}
