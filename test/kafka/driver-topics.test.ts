import { expect, it } from 'vitest';
import { connectAdmin } from '@fleet-forensics/shared/bus/kafka/client';
import type { TopicSpec } from '@fleet-forensics/shared/bus/port';
import { numbered, uniqueName } from '../contract/bus-harness.ts';
import { describeKafka } from './broker.ts';
import { openBus } from './driver-bus.ts';

await describeKafka('topics on Kafka', (brokers) => {
  const DAY_MS = 86_400_000;

  it('are made so that a check finds nothing wrong with them, and left alone when they are there', async () => {
    const { bus, failures } = openBus(brokers);
    const specs: TopicSpec[] = [
      { name: uniqueName('kept'), partitions: 2, retentionMs: 0, retentionBytes: 0 },
      { name: uniqueName('bounded'), partitions: 1, retentionMs: DAY_MS, retentionBytes: 1_000_000_000 },
    ];
    await bus.ensureTopics(specs);
    await bus.ensureTopics(specs);
    expect(await bus.checkTopics(specs)).toEqual([]);
    expect(failures).toEqual([]);
  });

  it('take the largest record that the port allows', async () => {
    const { bus } = openBus(brokers);
    const name = uniqueName('topic');
    await bus.ensureTopics([{ name, partitions: 1, retentionMs: 0, retentionBytes: 0 }]);
    const key = new Uint8Array(1024);
    await bus.producer().send(name, [{ key, value: new Uint8Array(1024 * 1024 - 1024) }]);
    expect(await bus.offsets({ topic: name, partition: 0 })).toEqual({ begin: 0, end: 1 });
  });

  it('that others made for something else are found', async () => {
    const { bus } = openBus(brokers);
    const topic = uniqueName('foreign');
    const admin = connectAdmin({ brokers, clientId: 'test', tls: null, sasl: null, requestTimeoutMs: 5000, log: () => {} });
    await admin.connect();
    const configs = { 'cleanup.policy': 'compact,delete', 'retention.ms': '1000', 'max.message.bytes': '1000' };
    const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }));
    await admin.createTopics({
      topics: [{ topic, numPartitions: 1, replicationFactor: -1, configEntries }],
      waitForLeaders: true,
    });
    await admin.disconnect();
    const missing = uniqueName('missing');
    const problems = await bus.checkTopics([
      { name: topic, partitions: 3, retentionMs: DAY_MS, retentionBytes: 0 },
      { name: missing, partitions: 1, retentionMs: 0, retentionBytes: 0 },
    ]);
    expect(problems.map((each) => `${each.topic} ${each.isFatal ? 'fatal' : 'warning'} ${each.problem.split('=')[0]}`)).toEqual([
      `${topic} fatal has message.timestamp.type`,
      `${topic} fatal has cleanup.policy`,
      `${topic} fatal has max.message.bytes`,
      `${topic} warning has 1 partitions, 3 are planned: no more than 1 consumers can share it`,
      `${topic} warning has retention.ms`,
      `${missing} fatal is missing: run fleet-forensics topics create`,
    ]);
    await expect(bus.producer().send(topic, [{ key: null, value: new Uint8Array(2000) }])).rejects.toMatchObject({
      code: 'FF_RECORD_TOO_LARGE',
    });
  });

  it('that refuse a record do not take down the records of others that go with it', async () => {
    const { bus } = openBus(brokers);
    const [small, good] = [uniqueName('small'), uniqueName('good')];
    const admin = connectAdmin({ brokers, clientId: 'test', tls: null, sasl: null, requestTimeoutMs: 5000, log: () => {} });
    await admin.connect();
    const configEntries = [{ name: 'max.message.bytes', value: '1000' }];
    await admin.createTopics({
      topics: [{ topic: small, numPartitions: 1, replicationFactor: -1, configEntries }],
      waitForLeaders: true,
    });
    await admin.disconnect();
    await bus.ensureTopics([{ name: good, partitions: 1, retentionMs: 0, retentionBytes: 0 }]);
    await Promise.all([bus.offsets({ topic: small, partition: 0 }), bus.offsets({ topic: good, partition: 0 })]);
    const [refused, taken] = await Promise.allSettled([
      bus.producer().send(small, [{ key: null, value: new Uint8Array(2000) }]),
      bus.producer().send(good, numbered(1, 0)),
    ]);
    expect(refused).toMatchObject({ reason: { code: 'FF_RECORD_TOO_LARGE' } });
    expect(taken).toMatchObject({ status: 'fulfilled' });
  });
});
