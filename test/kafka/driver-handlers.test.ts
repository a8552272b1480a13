import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createTopic, numbered, offsets, uniqueName } from '../contract/bus-harness.ts';
import { untilAll, Witness } from '../contract/witness.ts';
import { describeKafka } from './broker.ts';
import { openBus } from './driver-bus.ts';

const SHORT_SESSION = { FF_KAFKA_SESSION_TIMEOUT_MS: '1000' };

await describeKafka('a handler on Kafka', (brokers) => {
  it('that throws a TypeError gets its records again: the consumer lives', async () => {
    const { bus, fatal } = openBus(brokers);
    const topic = await createTopic(bus, 1);
    await bus.producer().send(topic, numbered(3, 0));
    let calls = 0;
    const witness = await Witness.join(
      bus,
      { group: uniqueName('group'), topics: [topic] },
      {
        batch: async () => {
          if (++calls <= 2) (undefined as unknown as { call(): void }).call();
        },
      },
    );
    await witness.until(() => witness.of({ topic, partition: 0 }).length === 3);
    expect(witness.failures.map(String)).toEqual(Array(2).fill(expect.stringContaining('TypeError')));
    expect(fatal).toEqual([]);
  });

  it('that takes three session time-outs keeps its partition, and the other partitions go on', async () => {
    const { bus } = openBus(brokers, SHORT_SESSION);
    const topic = await createTopic(bus, 2);
    await bus.producer().send(topic, [...numbered(1, 0), ...numbered(1, 1)]);
    const wishes = { group: uniqueName('group'), topics: [topic] };
    let isSlow = true;
    const witness = await Witness.join(bus, wishes, {
      batch: async ({ partition }) => {
        if (partition === 1) return;
        await pause(3000);
        isSlow = false;
      },
    });
    await witness.until(() => witness.of({ topic, partition: 1 }).length === 1);
    await bus.producer().send(topic, numbered(1, 1, 1));
    await witness.until(() => witness.of({ topic, partition: 1 }).length === 2);
    expect(isSlow).toBe(true);
    await witness.until(() => witness.of({ topic, partition: 0 }).length === 1);
    await witness.consumer.commit(witness.assignment({ topic, partition: 0 }), { offset: 1, metadata: '' });
    expect(witness.sights.filter((sight) => 'assigned' in sight)).toHaveLength(1);
    expect(witness.violations).toEqual([]);
  });

  it('that restores for three session time-outs before its first batch keeps its partition', async () => {
    const { bus } = openBus(brokers, SHORT_SESSION);
    const topic = await createTopic(bus, 1);
    await bus.producer().send(topic, numbered(3, 0));
    const wishes = { group: uniqueName('group'), topics: [topic] };
    const witness = await Witness.join(bus, wishes, { assigned: () => pause(3000) });
    await witness.until(() => witness.of({ topic, partition: 0 }).length === 3);
    await witness.consumer.commit(witness.assignment({ topic, partition: 0 }), { offset: 3, metadata: '' });
    expect(witness.sights.filter((sight) => 'assigned' in sight)).toHaveLength(1);
  });

  it('runs on while the group is shared out anew: what stays is neither repeated nor refused its commit', async () => {
    const { bus } = openBus(brokers);
    const topic = await createTopic(bus, 2);
    for (const partition of [0, 1]) await bus.producer().send(topic, numbered(20, partition));
    const wishes = { group: uniqueName('group'), topics: [topic], maxBatchRecords: 5 };
    const gate = Promise.withResolvers<void>();
    const first = await Witness.join(bus, wishes, { batch: () => gate.promise });
    await first.until(() => first.owned.size === 2);
    const second = await Witness.join(bus, wishes);
    // Both of the first one's handlers run: what moves can't go before its batch has ended.
    await readOther(brokers, topic);
    expect(second.owned.size).toBe(0);
    gate.resolve();
    await untilAll([first, second], () => first.owned.size === 1 && second.owned.size === 1);
    const [kept] = [...first.owned.values()];
    await first.until(() => first.of(kept!).length === 20);
    await first.consumer.commit(kept!, { offset: 20, metadata: 'kept' });
    expect(offsets(first.of(kept!))).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect([...first.violations, ...second.violations]).toEqual([]);
  });

  it('that fails to take its partitions over gets them again later', async () => {
    const { bus } = openBus(brokers);
    const topic = await createTopic(bus, 2);
    await bus.producer().send(topic, numbered(1, 1));
    let attempts = 0;
    const witness = await Witness.join(
      bus,
      { group: uniqueName('group'), topics: [topic] },
      {
        assigned: async () => {
          if (++attempts <= 2) throw new Error('no memory');
        },
      },
    );
    await witness.until(() => witness.of({ topic, partition: 1 }).length === 1);
    expect(witness.failures).toHaveLength(2);
    expect(witness.violations).toEqual([]);
  });
});

/** Reads everything with a group of its own: time for whatever the driver might do wrongly meanwhile. */
async function readOther(brokers: readonly string[], topic: string): Promise<void> {
  const { bus } = openBus(brokers);
  const reader = await Witness.join(bus, { group: uniqueName('reader'), topics: [topic] });
  await reader.until(() => [0, 1].every((partition) => reader.of({ topic, partition }).length === 20));
  await reader.consumer.close();
}
