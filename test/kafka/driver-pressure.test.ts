import { expect, it } from 'vitest';
import { hasCode } from '@fleet-forensics/shared/error';
import { createTopic, numbered, offsets, uniqueName } from '../contract/bus-harness.ts';
import { untilAll, Witness } from '../contract/witness.ts';
import { describeKafka } from './broker.ts';
import { openBus } from './driver-bus.ts';

await describeKafka('under pressure, Kafka', (brokers) => {
  it('delivers other partitions while one has more waiting than its buffer holds, and all of that one later', async () => {
    const { bus } = openBus(brokers);
    const topic = await createTopic(bus, 2);
    const slow = Array.from({ length: 24 }, () => ({ key: null, value: new Uint8Array(500_000), partition: 0 }));
    await bus.producer().send(topic, slow);
    const gate = Promise.withResolvers<void>();
    const witness = await Witness.join(
      bus,
      { group: uniqueName('group'), topics: [topic], maxBatchRecords: 1 },
      {
        batch: async ({ partition }) => {
          if (partition === 0) await gate.promise;
        },
      },
    );
    for (let number = 0; number < 3; number++) {
      await bus.producer().send(topic, numbered(1, 1, number));
      await witness.until(() => witness.of({ topic, partition: 1 }).length === number + 1);
    }
    expect(witness.of({ topic, partition: 0 })).toEqual([]);
    gate.resolve();
    await witness.until(() => witness.of({ topic, partition: 0 }).length === slow.length);
    expect(offsets(witness.of({ topic, partition: 0 }))).toEqual([...slow.keys()]);
    expect(witness.failures).toEqual([]);
  });

  it('takes every commit on what stays, also those that come while a group is shared out anew', async () => {
    const { bus } = openBus(brokers);
    const topic = await createTopic(bus, 2);
    await bus.producer().send(topic, [...numbered(5, 0), ...numbered(5, 1)]);
    const wishes = { group: uniqueName('group'), topics: [topic] };
    const first = await Witness.join(bus, wishes);
    await first.until(() => first.owned.size === 2);
    const owned = [...first.owned.values()];
    const over = new AbortController();
    const commits = owned.map(async (assignment) => {
      for (let count = 0; !over.signal.aborted; count++) {
        try {
          await first.consumer.commit(assignment, { offset: 5, metadata: String(count) });
        } catch (error) {
          return error;
        }
      }
      return undefined;
    });
    for (let round = 0; round < 3; round++) {
      const second = await Witness.join(bus, wishes);
      await untilAll([first, second], () => first.owned.size === 1 && second.owned.size === 1);
      await second.consumer.close();
      await first.until(() => first.owned.size === 2);
    }
    over.abort();
    const errors = (await Promise.all(commits)).filter((error) => error !== undefined);
    // One of the two has moved; the other one has not.
    expect(errors).toHaveLength(1);
    expect(hasCode(errors[0], 'FF_PARTITION_LOST')).toBe(true);
  });
});
