import { describe, expect, it } from 'vitest';
import type { Batch, Bus, Consumer } from '@fleet-forensics/shared/bus/port';
import { hasCode } from '@fleet-forensics/shared/error';
import { createTopic, eachWithHarness, numbered, offsets, uniqueName, type MakeHarness } from './bus-harness.ts';
import { untilAll, Witness } from './witness.ts';

/** How the consumers of a group share partitions. */
export function describeGroup(make: MakeHarness): void {
  describe('a group', () => {
    const harness = eachWithHarness(make);

    it.each([1, 2, 3])('gives each of 6 partitions one owner among %i consumers, and each consumer its share', async (size) => {
      const { bus } = harness();
      const topic = await createTopic(bus, 6);
      const group = uniqueName('group');
      const witnesses: Witness[] = [];
      for (let i = 0; i < size; i++) witnesses.push(await Witness.join(bus, { group, topics: [topic] }));
      await settled(witnesses, 6);
      expect(owners(witnesses)).toEqual([...Array(6).keys()].map((partition) => `${topic}/${partition}`));
      expect(witnesses.map(({ owned }) => owned.size)).toEqual(Array(size).fill(6 / size));
      expect(witnesses.flatMap(({ violations }) => violations)).toEqual([]);
    });

    it('takes from a consumer only what moves', async () => {
      const { bus } = harness();
      const topic = await createTopic(bus, 4);
      const wishes = { group: uniqueName('group'), topics: [topic] };
      const first = await Witness.join(bus, wishes);
      await settled([first], 4);
      const epochs = new Map([...first.owned].map(([name, { epoch }]) => [name, epoch]));
      const second = await Witness.join(bus, wishes);
      await settled([first, second], 4);
      expect(first.sights.filter((sight) => 'revoked' in sight).flatMap(({ revoked }) => revoked)).toHaveLength(2);
      for (const [name, { epoch }] of first.owned) expect(epoch).toBe(epochs.get(name));
      for (const [name, { epoch }] of second.owned) expect(epoch).toBeGreaterThan(epochs.get(name)!);
    });

    it('hands all partitions to those that stay when a consumer leaves, with greater epochs', async () => {
      const { bus } = harness();
      const topic = await createTopic(bus, 4);
      const wishes = { group: uniqueName('group'), topics: [topic] };
      const [first, second] = [await Witness.join(bus, wishes), await Witness.join(bus, wishes)];
      await settled([first, second], 4);
      const before = [...first.owned];
      await first.consumer.close();
      expect(first.owned.size).toBe(0);
      await settled([second], 4);
      for (const [name, { epoch }] of before) expect(second.owned.get(name)!.epoch).toBeGreaterThan(epoch);
    });

    it('shares the partitions of several topics, each consumer those it asked for', async () => {
      const { bus } = harness();
      const [left, right] = [await createTopic(bus, 2), await createTopic(bus, 2)];
      const group = uniqueName('group');
      const both = await Witness.join(bus, { group, topics: [left, right] });
      const one = await Witness.join(bus, { group, topics: [right] });
      await settled([both, one], 4);
      expect([...one.owned.values()].map(({ topic }) => topic)).toEqual([right, right]);
      expect([...both.owned.values()].map(({ topic }) => topic)).toEqual([left, left]);
    });

    it('leaves more consumers than partitions without one until they are needed', async () => {
      const { bus } = harness();
      const topic = await createTopic(bus, 1);
      const wishes = { group: uniqueName('group'), topics: [topic] };
      const [first, second] = [await Witness.join(bus, wishes), await Witness.join(bus, wishes)];
      await settled([first, second], 1);
      const [owner, spare] = first.owned.size === 1 ? [first, second] : [second, first];
      await owner.consumer.close();
      await spare.until(() => spare.owned.size === 1);
      await bus.producer().send(topic, numbered(1, 0));
      await spare.until(() => spare.batches.length === 1);
      expect(offsets(spare.of({ topic, partition: 0 }))).toEqual([0]);
    });

    it('does not share with another group: both get everything', async () => {
      const { bus } = harness();
      const topic = await createTopic(bus, 2);
      await bus.producer().send(topic, [...numbered(5, 0), ...numbered(5, 1)]);
      const groups = [uniqueName('group'), uniqueName('group')];
      const witnesses = await Promise.all(groups.map((group) => Witness.join(bus, { group, topics: [topic] })));
      for (const witness of witnesses) {
        await witness.until(() => [0, 1].every((partition) => witness.of({ topic, partition }).length === 5));
        expect(offsets(witness.of({ topic, partition: 0 }))).toEqual([0, 1, 2, 3, 4]);
      }
    });

    it('loses nothing and keeps the order of each partition while consumers join and leave in mid-stream', async () => {
      const { bus } = harness();
      const topic = await createTopic(bus, 6);
      const stream = new Stream(bus, topic, 6);
      const wishes = { group: uniqueName('group'), topics: [topic], maxBatchRecords: 7 };
      const join = () => Witness.join(bus, wishes, { batch: (batch, consumer) => stream.take(batch, consumer) });
      const first = await join();
      await stream.send(50);
      await first.until(() => stream.taken > 30);
      const second = await join();
      await stream.send(50);
      await second.until(() => second.batches.length > 2);
      const third = await join();
      await stream.send(50);
      await third.until(() => third.owned.size > 0);
      await Promise.all([first.consumer.close(), stream.send(50)]);
      await Promise.all([third.consumer.close(), stream.send(50)]);
      await second.until(() => stream.complete(250));
      expect(stream.gaps).toEqual([]);
      expect([first, second, third].flatMap(({ violations }) => violations)).toEqual([]);
    });
  });
}

/** Numbered records to every partition, and what the whole group took of them, in the order in which it did. */
class Stream {
  readonly gaps: string[] = [];
  readonly #bus: Bus;
  readonly #topic: string;
  readonly #next: number[];
  #sent = 0;

  constructor(bus: Bus, topic: string, partitions: number) {
    this.#bus = bus;
    this.#topic = topic;
    this.#next = Array<number>(partitions).fill(0);
  }

  /** Records taken at least once, over all partitions. */
  get taken(): number {
    return this.#next.reduce((sum, next) => sum + next, 0);
  }

  async send(perPartition: number): Promise<void> {
    const from = this.#sent;
    this.#sent += perPartition;
    for (let i = 0; i < perPartition; i += 10) {
      const records = this.#next.flatMap((_, partition) => numbered(10, partition, from + i));
      await this.#bus.producer().send(this.#topic, records);
    }
  }

  async take(batch: Batch, consumer: Consumer): Promise<void> {
    const { partition, records } = batch;
    for (const { offset } of records) {
      const next = this.#next[partition]!;
      if (offset > next) this.gaps.push(`${partition}: ${offset} came before ${next}`);
      if (offset === next) this.#next[partition] = next + 1;
    }
    try {
      await consumer.commit(batch, { offset: records.at(-1)!.offset + 1, metadata: '' });
    } catch (error) {
      if (!hasCode(error, 'FF_PARTITION_LOST')) throw error;
    }
  }

  complete(perPartition: number): boolean {
    return this.#next.every((next) => next === perPartition);
  }
}

/** Waits until the witnesses own that many partitions together, none more than its share. */
async function settled(witnesses: readonly Witness[], partitions: number): Promise<void> {
  const balanced = () => {
    const sizes = witnesses.map(({ owned }) => owned.size);
    return (
      sizes.reduce((sum, size) => sum + size, 0) === partitions && Math.max(...sizes) <= Math.ceil(partitions / sizes.length)
    );
  };
  await untilAll(witnesses, balanced);
}

function owners(witnesses: readonly Witness[]): string[] {
  return witnesses.flatMap(({ owned }) => [...owned.keys()]).toSorted();
}
