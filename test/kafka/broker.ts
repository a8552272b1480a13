import { describe, inject } from 'vitest';
import type { Kafka } from '../../tools/kafka/jvm.mjs';
import type { Answers } from './broker-setup.ts';

/**
 * A suite over a real broker: that of FF_KAFKA_BROKERS, else one that all suites of the run share. Topics and groups need names
 * of their own. Without Kafka it is skipped, loudly; where CI is set, it fails.
 * @param suite gets `host:port` of each broker
 */
export async function describeKafka(name: string, suite: (brokers: readonly string[]) => void): Promise<void> {
  const brokers = brokersOfEnvironment() ?? (await ask(name, '/brokers'));
  describe.runIf(brokers !== undefined)(`${name}, on a real broker`, () => {
    suite(brokers ?? []);
  });
}

/**
 * A suite that starts brokers of its own ({@link KafkaProcess}). Without Java or the jars it is skipped, loudly; where CI is set,
 * it fails.
 */
export async function describeKafkaProcess(name: string, suite: (kafka: Kafka) => void): Promise<void> {
  const kafka = await ask(name, '/installation');
  describe.runIf(kafka !== undefined)(`${name}, on brokers of its own`, () => {
    suite(kafka ?? { java: '', jars: '' });
  });
}

function brokersOfEnvironment(): readonly string[] | undefined {
  const brokers = (process.env['FF_KAFKA_BROKERS'] ?? '').split(/[\s,]+/).filter((broker) => broker !== '');
  return brokers.length === 0 ? undefined : brokers;
}

async function ask<Path extends keyof Answers>(name: string, path: Path): Promise<Answers[Path] | undefined> {
  const response = await fetch(`${inject('kafkaSetup')}${path}`);
  if (response.ok) return (await response.json()) as Answers[Path];
  const problem = `"${name}" needs Kafka: ${await response.text()}`;
  if (process.env['CI']) throw new Error(problem);
  process.stderr.write(`\nSKIPPED: ${problem}\n\n`);
  return undefined;
}
