import { onTestFinished } from 'vitest';
import { KafkaBus } from '@fleet-forensics/shared/bus/kafka/kafka-bus';
import { KafkaSettings } from '@fleet-forensics/shared/settings/kafka-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';

/** A bus on Kafka that closes when the test ends, and what it told meanwhile. */
export interface OpenBus {
  readonly bus: KafkaBus;
  readonly failures: unknown[];
  readonly fatal: unknown[];
}

export function openBus(brokers: readonly string[], environment: Readonly<Record<string, string>> = {}): OpenBus {
  const failures: unknown[] = [];
  const fatal: unknown[] = [];
  const bus = new KafkaBus({
    settings: readSettings(KafkaSettings, { FF_KAFKA_BROKERS: brokers.join(','), ...environment }),
    failed: (error) => failures.push(error),
    fatal: (error) => fatal.push(error),
  });
  onTestFinished(() => bus.close());
  return { bus, failures, fatal };
}
