import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { KafkaBus } from '@fleet-forensics/shared/bus/kafka/kafka-bus';
import { KafkaSettings } from '@fleet-forensics/shared/settings/kafka-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { TOPICS } from '@fleet-forensics/shared/topics';
import type { Kafka } from '../../tools/kafka/jvm.mjs';
import { type InstalledVersion, THIS_VERSION } from '../e2e/installed-version.ts';
import { KafkaProcess } from '../kafka/kafka-process.ts';
import type { Target } from './fault-plan.ts';
import type { IngestPlace } from './load.ts';
import { SupervisedService } from './supervised-service.ts';

/** Short, so that a stop of a few seconds makes a zombie, and a kill does not hold its partitions up for long. */
const SESSION_TIMEOUT_MS = 6000;
const READY_MS = 60_000;
/** The least there is: sessions of a minute are checkpointed, and restored from checkpoints. */
const CHECKPOINT_BYTES = 1024 * 1024;

/** Rings and files of the two ingests; blocks of the two files lie in partitions that go to different writers. */
const POLICIES = [
  { ring: 1024, file: '/forensic.log' },
  { ring: 64, file: '/small/forensic.log' },
] as const;

/** A broker, two ingests, three buffers and two writers, each a process of its own. */
export class Fleet {
  readonly broker: KafkaProcess;
  readonly services: readonly SupervisedService[];
  /** Every ForensicLogFile lies below it. */
  readonly root: string;
  readonly places: readonly IngestPlace[];

  private constructor(broker: KafkaProcess, dir: string) {
    this.broker = broker;
    this.root = join(dir, 'forensic');
    const services = [
      ...POLICIES.map((policy, index) => ingestOf(index + 1, policy, broker, dir)),
      ...[1, 2, 3].map((number) => bufferOf(number, broker, dir)),
      ...[1, 2].map((number) => writerOf(number, broker, dir)),
    ];
    this.services = services;
    this.places = POLICIES.map((policy, index) => ({
      ...policy,
      node: `ftp-${index + 1}`,
      url: () => services[index]!.serving?.[1],
    }));
  }

  /**
   * Starts all of it; resolves when all of it serves.
   * @param dir for data, blocks and logs: all but the broker's
   */
  static async start(kafka: Kafka, dir: string, version: InstalledVersion = THIS_VERSION): Promise<Fleet> {
    const broker = await KafkaProcess.start(kafka);
    const fleet = new Fleet(broker, dir);
    for (const service of fleet.services) service.install(version);
    try {
      await makeTopics(broker.brokers);
      fleet.startServices();
      await fleet.ready();
      return fleet;
    } catch (error) {
      await fleet.kill();
      throw error;
    }
  }

  /** The services whose name begins so, e.g. `buffer`. */
  named(role: string): readonly SupervisedService[] {
    return this.services.filter(({ name }) => name.startsWith(role));
  }

  /** The broker, or the service of that name. */
  process(target: Target): Pick<SupervisedService, 'kill'> & { readonly start: () => Promise<void> | void } {
    if (target === 'broker') {
      const { broker } = this;
      return { start: () => broker.restart(), kill: (signal) => broker.kill(signal).then(() => null) };
    }
    return this.services.find(({ name }) => name === target)!;
  }

  startServices(): void {
    for (const service of this.services) service.start();
  }

  /** @throws Error that names who does not serve within a minute, and its log */
  async ready(): Promise<void> {
    await Promise.all(this.services.map((service) => service.ready(READY_MS)));
  }

  /** Ends all services in order, front to back. @returns those that did not end with status 0 */
  async stopServices(): Promise<string[]> {
    const failures: string[] = [];
    for (const role of ['ingest', 'buffer', 'writer']) {
      const statuses = await Promise.all(this.named(role).map((service) => service.kill('SIGTERM')));
      this.named(role).forEach(({ name }, index) => {
        if (statuses[index] !== 0) failures.push(`${name} ended with status ${statuses[index]} when it was asked to`);
      });
    }
    return failures;
  }

  /** Ends all that runs. */
  async kill(): Promise<void> {
    await Promise.all([...this.services.map((service) => service.kill('SIGKILL')), this.broker.stop()]);
  }
}

async function makeTopics(brokers: readonly string[]): Promise<void> {
  const settings = readSettings(KafkaSettings, { FF_KAFKA_BROKERS: brokers.join(' ') });
  const failed = (error: unknown) => process.stderr.write(`topics: ${String(error)}\n`);
  const bus = new KafkaBus({ settings, failed, fatal: failed });
  try {
    await bus.ensureTopics(TOPICS);
  } finally {
    await bus.close();
  }
}

function ofAll({ brokers }: KafkaProcess, dataDir: string): Record<string, string> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  return {
    FF_KAFKA_BROKERS: brokers.join(' '),
    FF_KAFKA_SESSION_TIMEOUT_MS: String(SESSION_TIMEOUT_MS),
    FF_DATA_DIR: dataDir,
  };
}

function ingestOf(
  number: number,
  { ring, file }: { ring: number; file: string },
  broker: KafkaProcess,
  dir: string,
): SupervisedService {
  const name = `ingest-${number}`;
  const environment = {
    ...ofAll(broker, join(dir, name)),
    FF_INGEST_PORT: '0',
    FF_BUFFER_SIZE: String(ring),
    FF_FORENSIC_LOG_FILE: file,
  };
  return new SupervisedService({
    name,
    app: 'ingest',
    environment,
    log: join(dir, `${name}.log`),
    serving: /listens on (http:\S+)/,
  });
}

/** It serves when it has partitions, and each of them is restored. */
function bufferOf(number: number, broker: KafkaProcess, dir: string): SupervisedService {
  const name = `buffer-${number}`;
  const environment = { ...ofAll(broker, join(dir, name)), FF_BUFFER_CHECKPOINT_BYTES: String(CHECKPOINT_BYTES) };
  return new SupervisedService({
    name,
    app: 'buffer',
    environment,
    log: join(dir, `${name}.log`),
    serving: /^ready: [1-9]\d* partitions/m,
  });
}

/** Both writers share root and journal: the journal decides what is filed. */
function writerOf(number: number, broker: KafkaProcess, dir: string): SupervisedService {
  const name = `writer-${number}`;
  const environment = { ...ofAll(broker, join(dir, 'writer')), FF_FORENSIC_ROOT: join(dir, 'forensic') };
  return new SupervisedService({ name, app: 'writer', environment, log: join(dir, `${name}.log`), serving: /^ready/m });
}
