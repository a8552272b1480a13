import { KafkaBus } from '@fleet-forensics/shared/bus/kafka/kafka-bus';
import type { TopicSpec } from '@fleet-forensics/shared/bus/port';
import { KafkaSettings } from '@fleet-forensics/shared/settings/kafka-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { SESSION_EVENTS, TOPICS } from '@fleet-forensics/shared/topics';
import { Broker } from '../../tools/kafka/broker.mjs';
import { installKafka } from '../../tools/kafka/installation.mjs';
import { withScratchDir } from './scratch-dir.ts';

const MIB = 1024 ** 2;

/** As Kafka's own start script gives it, less what a machine with two cores can spare. */
const HEAP = '768m';

/** A broker with the project's topics, for one measure: it begins with an empty disk. */
export interface BenchBroker {
  /** host:port */
  readonly address: string;
  readonly pid: number;
  readonly bus: KafkaBus;
}

export interface Retention {
  /** Of a partition of forensic.session-events. */
  readonly mib: number;
}

/** Starts one, and ends it when `use` has settled. @param retention so that a long run does not fill the disk */
export async function withBroker<T>(use: (broker: BenchBroker) => Promise<T>, retention?: Retention): Promise<T> {
  const kafka = await installKafka((text) => process.stderr.write(`${text}\n`));
  return withScratchDir(async (data) => {
    const broker = await Broker.start(kafka, { data, heap: HEAP, properties: propertiesFor(retention) });
    try {
      return await withBus(`127.0.0.1:${broker.port}`, async (bus, address) => {
        await bus.ensureTopics(topicsFor(retention));
        return use({ bus, address, pid: broker.pid });
      });
    } finally {
      await broker.stop();
    }
  });
}

async function withBus<T>(address: string, use: (bus: KafkaBus, address: string) => Promise<T>): Promise<T> {
  const bus = openBus(address);
  try {
    return await use(bus, address);
  } finally {
    await bus.close();
  }
}

/** @param environment of further settings */
export function openBus(address: string, environment: Readonly<Record<string, string | undefined>> = {}): KafkaBus {
  const settings = readSettings(KafkaSettings, { ...environment, FF_KAFKA_BROKERS: address });
  const failed = (error: unknown) => process.stderr.write(`${String(error)}\n`);
  const fatal = (error: unknown) => {
    throw error;
  };
  return new KafkaBus({ settings, failed, fatal });
}

/** Retention drops whole segments. */
function propertiesFor(retention: Retention | undefined): Record<string, string> {
  if (retention === undefined) return {};
  return { 'log.segment.bytes': String((retention.mib * MIB) / 4), 'log.retention.check.interval.ms': '5000' };
}

function topicsFor(retention: Retention | undefined): readonly TopicSpec[] {
  if (retention === undefined) return TOPICS;
  return TOPICS.map((topic) => (topic.name === SESSION_EVENTS ? { ...topic, retentionBytes: retention.mib * MIB } : topic));
}
