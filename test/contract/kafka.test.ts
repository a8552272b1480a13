import { KafkaBus } from '@fleet-forensics/shared/bus/kafka/kafka-bus';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { KafkaSettings } from '@fleet-forensics/shared/settings/kafka-settings';
import { expect } from 'vitest';
import { describeKafka } from '../kafka/broker.ts';
import { describeBus } from './bus-contract.ts';
import { type BusHarness, reopenable } from './bus-harness.ts';

await describeKafka('Kafka', (brokers) => {
  const settings = readSettings(KafkaSettings, { FF_KAFKA_BROKERS: brokers.join(',') });

  async function makeHarness(): Promise<BusHarness> {
    const fatal: unknown[] = [];
    const open = () => new KafkaBus({ settings, failed: () => {}, fatal: (error) => fatal.push(error) });
    return reopenable(open, () => expect(fatal).toEqual([]));
  }

  describeBus('Kafka', makeHarness);
});
