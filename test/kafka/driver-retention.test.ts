import { expect, it } from 'vitest';
import { connectAdmin } from '@fleet-forensics/shared/bus/kafka/client';
import { createTopic, offsets, uniqueName } from '../contract/bus-harness.ts';
import { Witness } from '../contract/witness.ts';
import { describeKafka } from './broker.ts';
import { openBus } from './driver-bus.ts';

interface RecordDeletion {
  deleteTopicRecords(request: { topic: string; partitions: { partition: number; offset: string }[] }): Promise<void>;
}

await describeKafka('retention on Kafka that overtakes a consumer', (brokers) => {
  async function filledTopic() {
    const { bus, fatal } = openBus(brokers);
    const topic = await createTopic(bus, 1);
    const value = new Uint8Array(100_000);
    const records = Array.from({ length: 100 }, () => ({ key: null, value, partition: 0 }));
    await bus.producer().send(topic, records);
    return { bus, fatal, topic, first: { topic, partition: 0 }, wishes: { group: uniqueName('group'), topics: [topic] } };
  }

  async function deleteBelow(topic: string, offset: number): Promise<void> {
    const admin = connectAdmin({ brokers, clientId: 'test', tls: null, sasl: null, requestTimeoutMs: 5000, log: () => {} });
    await admin.connect();
    // kafkajs has to know where the partition lies before it can delete from it.
    await admin.fetchTopicOffsets(topic);
    const deletion = admin as unknown as RecordDeletion;
    await deletion.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(offset) }] });
    await admin.disconnect();
  }

  it('is told, and costs neither what was fetched before nor what the group has committed', async () => {
    const { bus, fatal, topic, first, wishes } = await filledTopic();
    const gate = Promise.withResolvers<void>();
    const witness = await Witness.join(bus, { ...wishes, maxBatchRecords: 1, maxBatchBytes: 1 }, { batch: () => gate.promise });
    await witness.until(() => witness.owned.size === 1);
    await witness.consumer.commit(witness.assignment(first), { offset: 1, metadata: 'kept' });
    await deleteBelow(topic, 90);
    gate.resolve();
    await witness.until(() => offsets(witness.of(first)).at(-1) === 99);
    const read = offsets(witness.of(first));
    const fetchedBefore = read.slice(0, read.indexOf(90));
    expect(fetchedBefore).toEqual(fetchedBefore.map((_, index) => index));
    expect(read.slice(read.indexOf(90))).toEqual([90, 91, 92, 93, 94, 95, 96, 97, 98, 99]);
    expect(witness.failures).toEqual([
      expect.objectContaining({ code: 'FF_RECORDS_EXPIRED', message: expect.stringContaining(`${fetchedBefore.length} to 89`) }),
    ]);
    await witness.consumer.close();
    const next = await Witness.join(bus, wishes);
    await next.until(() => next.of(first).length === 10);
    expect(next.assignment(first)).toMatchObject({ committed: { offset: 1, metadata: 'kept' }, begin: 90, end: 100 });
    expect(fatal).toEqual([]);
  });

  it('leads to the beginning also from a seek', async () => {
    const { bus, topic, first, wishes } = await filledTopic();
    await deleteBelow(topic, 95);
    const witness = await Witness.join(bus, wishes, { assigned: async (_, consumer) => consumer.seek(first, 3) });
    await witness.until(() => witness.of(first).length === 5);
    expect(offsets(witness.of(first))).toEqual([95, 96, 97, 98, 99]);
  });
});
