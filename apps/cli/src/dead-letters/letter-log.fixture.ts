import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedLog } from '@fleet-forensics/shared/bus/embedded/embedded-log';
import { KafkaBus } from '@fleet-forensics/shared/bus/kafka/kafka-bus';
import type { Bus, OutgoingRecord } from '@fleet-forensics/shared/bus/port';
import { KafkaSettings } from '@fleet-forensics/shared/settings/kafka-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { DEAD_LETTERS, TOPICS } from '@fleet-forensics/shared/topics';
import type { Kafka } from '../../../../tools/kafka/jvm.mjs';
import { KafkaProcess } from '../../../../test/kafka/kafka-process.ts';
import { run, type Run } from '../command-run.fixture.ts';

/** A log with dead letters in it, and the command on it. */
export interface LetterLog {
  /** Works on the log while no command does. */
  with<T>(work: (bus: Bus) => Promise<T>): Promise<T>;
  /** `fleet-forensics dead-letters ARGS` on this log. */
  run(...args: string[]): Promise<Run>;
  stop(): Promise<void>;
}

/** The embedded log of a recorder that is stopped. */
export async function embeddedLetterLog(): Promise<LetterLog> {
  const dataDir = await mkdtemp(join(tmpdir(), 'dead-letters-'));
  return {
    with: (work) => worked(new EmbeddedLog({ dir: join(dataDir, 'log') }), work),
    run: (...args) => run(['dead-letters', ...args, '--data', dataDir]),
    stop: () => rm(dataDir, { recursive: true }),
  };
}

/** A Kafka of its own. */
export async function kafkaLetterLog(kafka: Kafka): Promise<LetterLog> {
  const broker = await KafkaProcess.start(kafka);
  const env = { FF_KAFKA_BROKERS: broker.brokers.join(',') };
  const ignore = () => {};
  return {
    with: (work) => worked(new KafkaBus({ settings: readSettings(KafkaSettings, env), failed: ignore, fatal: ignore }), work),
    run: (...args) => run(['dead-letters', ...args], { env }),
    stop: () => broker.stop(),
  };
}

/** Makes the topics and appends records to forensic.dead-letters; gives the offset of the first of them. */
export function appendLetters(log: LetterLog, records: readonly OutgoingRecord[]): Promise<number> {
  return log.with(async (bus) => {
    await bus.ensureTopics(TOPICS);
    await bus.producer().send(DEAD_LETTERS, records);
    const { end } = await bus.offsets({ topic: DEAD_LETTERS, partition: 0 });
    return end - records.length;
  });
}

async function worked<T>(bus: Bus, work: (bus: Bus) => Promise<T>): Promise<T> {
  try {
    return await work(bus);
  } finally {
    await bus.close();
  }
}
