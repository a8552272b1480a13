import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { KafkaBus } from '@fleet-forensics/shared/bus/kafka/kafka-bus';
import type { TopicSpec } from '@fleet-forensics/shared/bus/port';
import { KafkaSettings } from '@fleet-forensics/shared/settings/kafka-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { TOPICS } from '@fleet-forensics/shared/topics';
import { type FiledBlock, wholeBlocks } from '@fleet-forensics/standalone/filed-block';
import type { InstalledVersion } from './installed-version.ts';
import { filedBlocks } from './recorder-process.ts';
import { type ServiceName, ServiceProcess } from './service-process.ts';

const FILED_WITHIN_MS = 120_000;
const LOOK_EVERY_MS = 50;

/** Any number of services on one Kafka and one data directory. */
export class KafkaFleet {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'fleet-forensics-kafka-'));
  readonly #environment: Readonly<Record<string, string>>;
  readonly #services: ServiceProcess[] = [];

  constructor(brokers: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.#environment = { FF_KAFKA_BROKERS: brokers.join(','), FF_DATA_DIR: this.dataDir, ...environment };
  }

  get root(): string {
    return this.#environment['FF_FORENSIC_ROOT'] ?? join(this.dataDir, 'forensic');
  }

  async createTopics(specs: readonly TopicSpec[] = TOPICS): Promise<void> {
    const fail = (error: unknown) => {
      throw error;
    };
    const bus = new KafkaBus({ settings: readSettings(KafkaSettings, this.#environment), failed: () => {}, fatal: fail });
    await bus.ensureTopics(specs);
    await bus.close();
  }

  /** Resolves when it is ready. */
  async start(app: ServiceName, environment: Readonly<Record<string, string>> = {}, version?: InstalledVersion) {
    const service = this.spawn(app, environment, version);
    await service.says(/^ready/m);
    return service;
  }

  /** Does not wait until it is ready. */
  spawn(app: ServiceName, environment: Readonly<Record<string, string>> = {}, version?: InstalledVersion): ServiceProcess {
    const service = ServiceProcess.spawn(app, { ...this.#environment, ...environment }, version);
    this.#services.push(service);
    return service;
  }

  /** Everything in ForensicLogFile, each byte of it; while nobody writes. */
  blocks(): FiledBlock[] {
    return filedBlocks(this.root);
  }

  /** The blocks that are whole by now: of what is just being written a part may be seen. */
  blocksSoFar(): FiledBlock[] {
    const path = join(this.root, 'forensic.log');
    if (!existsSync(path)) return [];
    return wholeBlocks(readFileSync(path));
  }

  /** Resolves when each of the sessions has a block. @throws Error after two minutes */
  async filed(sessions: readonly string[]): Promise<void> {
    const giveUpAt = performance.now() + FILED_WITHIN_MS;
    for (;;) {
      const found = new Set(this.blocksSoFar().map(({ headers }) => headers['Session']));
      const missing = sessions.filter((session) => !found.has(session));
      if (missing.length === 0) return;
      if (performance.now() > giveUpAt)
        throw new Error(`${missing.length} sessions have no block, e.g. ${missing.slice(0, 5).join(' ')}`);
      await pause(LOOK_EVERY_MS);
    }
  }

  /** Kills what still runs and removes the data. */
  async stop(): Promise<void> {
    await Promise.all(this.#services.map((service) => service.kill('SIGKILL')));
    rmSync(this.dataDir, { recursive: true });
  }
}
