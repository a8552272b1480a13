import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createTopic, eachWithHarness, numbered, offsets, readAll, text, uniqueName, type MakeHarness } from './bus-harness.ts';
import { Witness } from './witness.ts';

/** How one consumer gets the records of its partitions. */
export function describeDelivery(make: MakeHarness): void {
  describe('delivery', () => {
    const harness = eachWithHarness(make);

    async function oneTopic(partitions: number, records: number) {
      const { bus } = harness();
      const topic = await createTopic(bus, partitions);
      for (let partition = 0; partition < partitions; partition++) {
        if (records > 0) await bus.producer().send(topic, numbered(records, partition));
      }
      return { bus, topic, first: { topic, partition: 0 }, wishes: { group: uniqueName('group'), topics: [topic] } };
    }

    it('hands over what was there and what comes later, in order', async () => {
      const { bus, topic, first, wishes } = await oneTopic(1, 3);
      const witness = await Witness.join(bus, wishes);
      await witness.until(() => witness.of(first).length === 3);
      await bus.producer().send(topic, numbered(2, 0, 3));
      await witness.until(() => witness.of(first).length === 5);
      expect(offsets(witness.of(first))).toEqual([0, 1, 2, 3, 4]);
      expect(text(witness.of(first))).toEqual(['0', '1', '2', '3', '4']);
      expect(witness.batches.at(-1)?.end).toBe(5);
      expect(witness.violations).toEqual([]);
    });

    it('waits with the first batch until assigned has settled', async () => {
      const { bus, first, wishes } = await oneTopic(1, 3);
      const gate = Promise.withResolvers<void>();
      const witness = await Witness.join(bus, wishes, { assigned: () => gate.promise });
      await witness.until(() => witness.owned.size === 1);
      // Another group getting everything is the driver's opportunity to deliver too early; the witness would note it.
      await readAll(bus, first);
      expect(witness.batches).toEqual([]);
      gate.resolve();
      await witness.until(() => witness.of(first).length === 3);
      expect(witness.violations).toEqual([]);
    });

    it('never runs two batches of one partition at a time, however slow the handler', async () => {
      const { bus, topic, wishes } = await oneTopic(3, 20);
      const seen = () => [0, 1, 2].map((partition) => witness.of({ topic, partition }).length);
      const witness = await Witness.join(
        bus,
        { ...wishes, maxBatchRecords: 2 },
        {
          batch: async () => {
            for (let turn = 0; turn < 5; turn++) await nextTurn();
          },
        },
      );
      await witness.until(() => seen().every((count) => count === 20));
      expect(witness.violations).toEqual([]);
    });

    it('keeps batches within their bounds, and brings a record that is larger than them', async () => {
      const { bus, topic, first, wishes } = await oneTopic(1, 0);
      const value = new Uint8Array(1000);
      await bus.producer().send(
        topic,
        Array.from({ length: 10 }, () => ({ key: null, value, partition: 0 })),
      );
      await bus.producer().send(topic, [{ key: null, value: new Uint8Array(50_000), partition: 0 }]);
      await bus.producer().send(topic, numbered(10, 0));
      const witness = await Witness.join(bus, { ...wishes, maxBatchRecords: 4, maxBatchBytes: 3000 });
      await witness.until(() => witness.of(first).length === 21);
      for (const { records } of witness.batches) {
        const bytes = records.reduce((sum, record) => sum + record.value.length, 0);
        expect(records.length).toBeLessThanOrEqual(4);
        expect(bytes <= 3000 || records.length === 1).toBe(true);
      }
      expect(offsets(witness.of(first))).toEqual(Array.from({ length: 21 }, (_, i) => i));
    });

    it('brings the same records again when the handler rejects, and tells failed each time', async () => {
      const { bus, first, wishes } = await oneTopic(1, 3);
      const starts: number[] = [];
      const broken = new Error('disk full');
      const witness = await Witness.join(bus, wishes, {
        batch: async ({ records }) => {
          starts.push(records[0]!.offset);
          if (starts.length <= 2) throw broken;
        },
      });
      await witness.until(() => witness.of(first).length === 3);
      expect(starts.slice(0, 3)).toEqual([0, 0, 0]);
      expect(offsets(witness.of(first))).toEqual([0, 1, 2]);
      expect(witness.failures).toHaveLength(2);
      expect(witness.failures.every((error) => error === broken || (error as Error).cause === broken)).toBe(true);
      expect(witness.violations).toEqual([]);
    });

    it('goes on with the other partitions while one is rejected', async () => {
      const { bus, topic, wishes } = await oneTopic(2, 3);
      let broken = true;
      const witness = await Witness.join(bus, wishes, {
        batch: async ({ partition }) => {
          if (partition === 0 && broken) throw new Error('poison');
        },
      });
      await witness.until(() => witness.of({ topic, partition: 1 }).length === 3 && witness.failures.length > 0);
      expect(witness.of({ topic, partition: 0 })).toEqual([]);
      broken = false;
      await witness.until(() => witness.of({ topic, partition: 0 }).length === 3);
      expect(witness.violations).toEqual([]);
    });

    it('starts where assigned has sought to', async () => {
      const { bus, first, wishes } = await oneTopic(1, 10);
      const witness = await Witness.join(bus, wishes, { assigned: async (_, consumer) => consumer.seek(first, 7) });
      await witness.until(() => witness.of(first).length === 3);
      expect(offsets(witness.of(first))).toEqual([7, 8, 9]);
    });

    it('seeks back and forward between batches and from within one', async () => {
      const { bus, first, wishes } = await oneTopic(1, 10);
      let skipped = false;
      const witness = await Witness.join(
        bus,
        { ...wishes, maxBatchRecords: 2 },
        {
          batch: async ({ records }, consumer) => {
            if (!skipped && records[0]!.offset >= 2) {
              skipped = true;
              consumer.seek(first, 8);
            }
          },
        },
      );
      await witness.until(() => offsets(witness.of(first)).includes(9));
      expect(offsets(witness.of(first)).slice(-2)).toEqual([8, 9]);
      expect(offsets(witness.of(first))).not.toContain(6);
      witness.consumer.seek(first, 5);
      await witness.until(() => offsets(witness.of(first)).filter((offset) => offset === 9).length === 2);
      expect(offsets(witness.of(first)).slice(-5)).toEqual([5, 6, 7, 8, 9]);
      expect(witness.violations).toEqual([]);
    });

    it('delivers nothing of a paused partition until it is resumed', async () => {
      const { bus, topic, first, wishes } = await oneTopic(2, 5);
      const witness = await Witness.join(bus, wishes, { assigned: async (_, consumer) => consumer.pause(first) });
      await witness.until(() => witness.of({ topic, partition: 1 }).length === 5);
      await bus.producer().send(topic, [...numbered(1, 0, 5), ...numbered(1, 1, 5)]);
      await witness.until(() => witness.of({ topic, partition: 1 }).length === 6);
      expect(witness.of(first)).toEqual([]);
      witness.consumer.resume(first);
      await witness.until(() => witness.of(first).length === 6);
      expect(offsets(witness.of(first))).toEqual([0, 1, 2, 3, 4, 5]);
    });

    it('lets the running batch end before close settles, and brings none after it', async () => {
      const { bus, topic, first, wishes } = await oneTopic(1, 3);
      const entered = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<void>();
      const order: string[] = [];
      const witness = await Witness.join(bus, wishes, {
        batch: async () => {
          entered.resolve();
          await gate.promise;
          order.push('batch');
        },
        revoked: async () => void order.push('revoked'),
      });
      await entered.promise;
      const closed = witness.consumer.close().then(() => order.push('closed'));
      await readAll(bus, first);
      expect(order).toEqual([]);
      gate.resolve();
      await closed;
      await bus.producer().send(topic, numbered(1, 0, 3));
      expect(order).toEqual(['batch', 'revoked', 'closed']);
      expect(witness.batches).toHaveLength(1);
      expect(witness.violations).toEqual([]);
    });

    it('refuses to consume a topic that is not there', async () => {
      const joined = Witness.join(harness().bus, { group: uniqueName('group'), topics: [uniqueName('unknown')] });
      await expect(joined).rejects.toMatchObject({ code: 'FF_UNKNOWN_TOPIC' });
    });
  });
}
