import { expect, it } from 'vitest';
import { connectAdmin, connectProducer, type ClientOptions } from '@fleet-forensics/shared/bus/kafka/client';
import { CODECS, compress, MAX_INFLATED_BYTES } from '@fleet-forensics/shared/bus/kafka/codecs';
import { BATCH_HEADER_BYTES } from '@fleet-forensics/shared/bus/kafka/record-batch';
import { seal, writeRecords } from '@fleet-forensics/shared/bus/kafka/record-batch-writer';
import { createTopic, offsets, readAll, text, uniqueName } from '../contract/bus-harness.ts';
import { Witness } from '../contract/witness.ts';
import { describeKafka } from './broker.ts';
import { openBus } from './driver-bus.ts';

await describeKafka('record batches on Kafka', (brokers) => {
  const client: ClientOptions = { brokers, clientId: 'test', tls: null, sasl: null, requestTimeoutMs: 5000, log: () => {} };
  const values = Array.from({ length: 300 }, (_, i) => `line ${i}: ${'the same words again and again '.repeat(i % 7)}`);
  const records = values.map((value, i) => ({
    key: i % 2 ? Buffer.from(`key ${i}`) : null,
    value: Buffer.from(value),
    partition: 0,
  }));

  async function topicWith(configs: Record<string, string>): Promise<string> {
    const topic = uniqueName('topic');
    const admin = connectAdmin(client);
    await admin.connect();
    const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }));
    await admin.createTopics({
      topics: [{ topic, numPartitions: 1, replicationFactor: -1, configEntries }],
      waitForLeaders: true,
    });
    await admin.disconnect();
    return topic;
  }

  // The broker compresses anew what it gets, with the codecs that publishers in Java use.
  it.each(['gzip', 'snappy', 'lz4', 'zstd'])('that others compressed with %s are read', async (codec) => {
    const { bus, failures } = openBus(brokers);
    const topic = await topicWith({ 'compression.type': codec, 'message.timestamp.type': 'LogAppendTime' });
    await bus.producer().send(topic, records);
    const read = await readAll(bus, { topic, partition: 0 });
    expect(text(read)).toEqual(values);
    expect(read.map(({ key }) => key && Buffer.from(key))).toEqual(records.map(({ key }) => key));
    expect(failures).toEqual([]);
  });

  it.each(['gzip', 'zstd'])('are compressed with %s if so set', async (codec) => {
    const { bus } = openBus(brokers, { FF_KAFKA_COMPRESSION: codec });
    const topic = await createTopic(bus, 1);
    await bus.producer().send(topic, records);
    expect(text(await readAll(bus, { topic, partition: 0 }))).toEqual(values);
  });

  it("carry the broker's clock, not the publisher's", async () => {
    const { bus } = openBus(brokers);
    const topic = await createTopic(bus, 1);
    await sendRaw(topic, seal(writeRecords(records.slice(0, 2)), 2, CODECS.none, 1000));
    const [first] = await readAll(bus, { topic, partition: 0 });
    expect(first!.timeMs).toBeGreaterThan(Date.now() - 86_400_000);
  });

  it('that hold more than we can take come as one record for the dead letters, and the partition goes on', async () => {
    const { bus } = openBus(brokers);
    const topic = await createTopic(bus, 1);
    await bus.producer().send(topic, records.slice(0, 1));
    const huge = writeRecords([{ key: null, value: new Uint8Array(MAX_INFLATED_BYTES) }]);
    const small = await compress('zstd', huge.subarray(BATCH_HEADER_BYTES));
    await sendRaw(topic, seal(Buffer.concat([huge.subarray(0, BATCH_HEADER_BYTES), small]), 1, CODECS.zstd, Date.now()));
    await bus.producer().send(topic, records.slice(1, 2));
    const witness = await Witness.join(bus, { group: uniqueName('group'), topics: [topic] });
    await witness.until(() => witness.of({ topic, partition: 0 }).length === 3);
    const read = witness.of({ topic, partition: 0 });
    expect(offsets(read)).toEqual([0, 1, 2]);
    expect(read[1]).toMatchObject({ key: null });
    expect(read[1]!.value[0]).toBe(0);
    expect(witness.failures).toEqual([
      expect.objectContaining({ code: 'FF_BAD_BATCH', message: expect.stringContaining('offset 1') }),
    ]);
  });

  it('of more records than kafkajs can take are read', async () => {
    const { bus } = openBus(brokers);
    const topic = await topicWith({ 'max.message.bytes': '10000000', 'message.timestamp.type': 'LogAppendTime' });
    const many = Array.from({ length: 130_000 }, () => ({ key: null, value: new Uint8Array(0) }));
    await sendRaw(topic, seal(writeRecords(many), many.length, CODECS.none, Date.now()));
    const witness = await Witness.join(bus, { group: uniqueName('group'), topics: [topic], maxBatchRecords: 50_000 });
    await witness.until(() => witness.of({ topic, partition: 0 }).length >= many.length);
    expect(offsets(witness.of({ topic, partition: 0 }))).toEqual([...many.keys()]);
  });

  async function sendRaw(topic: string, batch: Buffer): Promise<void> {
    const producer = connectProducer(client);
    await producer.connect();
    await producer.sendBatch({ acks: -1, timeout: 5000, topicMessages: [{ topic, messages: [{ partition: 0, value: batch }] }] });
    await producer.disconnect();
  }
});
