import { KafkaBus } from '@fleet-forensics/shared/bus/kafka/kafka-bus';
import { KafkaSettings } from '@fleet-forensics/shared/settings/kafka-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTopic, numbered, readAll, text } from '../contract/bus-harness.ts';
import { describeKafkaProcess } from './broker.ts';
import { KafkaProcess } from './kafka-process.ts';

const START_MS = 120_000;

await describeKafkaProcess('a broker that is killed', (kafka) => {
  let broker: KafkaProcess;
  let bus: KafkaBus;
  beforeEach(async () => {
    broker = await KafkaProcess.start(kafka);
    const settings = readSettings(KafkaSettings, {
      FF_KAFKA_BROKERS: broker.brokers.join(','),
      FF_KAFKA_REQUEST_TIMEOUT_MS: '2000',
    });
    bus = new KafkaBus({ settings, failed: () => {}, fatal: () => {} });
  }, START_MS);
  afterEach(async () => {
    await bus.close();
    await broker.stop();
  });

  it('is there again on the same port, with every record that it acknowledged', { timeout: 2 * START_MS }, async () => {
    const topic = await createTopic(bus, 1);
    const { brokers, pid } = broker;
    for (const round of [0, 1]) {
      await bus.producer().send(topic, numbered(100, 0, 100 * round));
      await broker.kill('SIGKILL');
      await broker.restart();
    }
    expect(broker.brokers).toEqual(brokers);
    expect(broker.pid).not.toBe(pid);
    const values = text(await readAll(bus, { topic, partition: 0 }));
    expect(values).toEqual(Array.from({ length: 200 }, (_, index) => String(index)));
  });

  it('goes on after it was stopped for a while', async () => {
    const topic = await createTopic(bus, 1);
    await broker.kill('SIGSTOP');
    await expect(bus.producer().send(topic, numbered(1, 0))).rejects.toMatchObject({ code: 'FF_LOG_UNAVAILABLE' });
    await broker.kill('SIGCONT');
    expect((await bus.offsets({ topic, partition: 0 })).begin).toBe(0);
  });
});
