import { describe, expect, it } from 'vitest';
import type { Commit, Ownership } from '@fleet-forensics/shared/bus/port';
import { createTopic, eachWithHarness, numbered, offsets, uniqueName, type MakeHarness } from './bus-harness.ts';
import { untilAll, Witness } from './witness.ts';

/** What a group remembers, and from whom it takes it. */
export function describeCommit(make: MakeHarness): void {
  describe('a commit', () => {
    const harness = eachWithHarness(make);

    async function oneTopic(partitions = 1) {
      const { bus } = harness();
      const topic = await createTopic(bus, partitions);
      for (let partition = 0; partition < partitions; partition++) await bus.producer().send(topic, numbered(10, partition));
      return { bus, topic, first: { topic, partition: 0 }, wishes: { group: uniqueName('group'), topics: [topic] } };
    }

    it('is where the group goes on, metadata and all, also after the log was reopened', async () => {
      const { bus, first, wishes } = await oneTopic();
      const commit: Commit = { offset: 4, metadata: '{"v":1,"position":6,"note":"ü\\u0000"}' };
      const before = await Witness.join(bus, wishes);
      await before.until(() => before.of(first).length === 10);
      expect(before.assignment(first)).toMatchObject({ committed: null, begin: 0, end: 10 });
      await before.consumer.commit(before.assignment(first), { offset: 2, metadata: 'older' });
      await before.consumer.commit(before.assignment(first), commit);
      const after = await Witness.join(await harness().reopen(), wishes);
      await after.until(() => after.of(first).length === 6);
      expect(after.assignment(first)).toMatchObject({ committed: commit, begin: 0, end: 10 });
      expect(offsets(after.of(first))).toEqual([4, 5, 6, 7, 8, 9]);
    });

    it('may go back, and to the end', async () => {
      const { bus, first, wishes } = await oneTopic();
      const witness = await Witness.join(bus, wishes);
      await witness.until(() => witness.of(first).length === 10);
      for (const offset of [10, 3]) await witness.consumer.commit(witness.assignment(first), { offset, metadata: '' });
      await witness.consumer.close();
      const next = await Witness.join(bus, wishes);
      await next.until(() => next.of(first).length === 7);
      expect(next.assignment(first).committed).toEqual({ offset: 3, metadata: '' });
    });

    it('belongs to its group and its partition', async () => {
      const { bus, topic, first, wishes } = await oneTopic(2);
      const witness = await Witness.join(bus, wishes);
      await witness.until(() => witness.owned.size === 2);
      await witness.consumer.commit(witness.assignment(first), { offset: 8, metadata: 'mine' });
      await witness.consumer.close();
      const same = await Witness.join(bus, wishes);
      const other = await Witness.join(bus, { ...wishes, group: uniqueName('group') });
      await same.until(() => same.owned.size === 2);
      await other.until(() => other.owned.size === 2);
      expect(same.assignment({ topic, partition: 1 }).committed).toBeNull();
      expect(same.assignment(first).committed).toEqual({ offset: 8, metadata: 'mine' });
      expect(other.assignment(first).committed).toBeNull();
    });

    it('is taken while revoked runs, and the next owner starts from it', async () => {
      const { bus, first, wishes } = await oneTopic();
      const witness = await Witness.join(bus, wishes, {
        revoked: async ([ownership], consumer) => consumer.commit(ownership!, { offset: 9, metadata: 'last words' }),
      });
      await witness.until(() => witness.of(first).length === 10);
      const next = await Witness.join(bus, wishes);
      await witness.consumer.close();
      await next.until(() => next.of(first).length === 1);
      expect(next.assignment(first).committed).toEqual({ offset: 9, metadata: 'last words' });
      expect(witness.failures).toEqual([]);
    });

    it('is refused once the partition has moved, also when it has come back', async () => {
      const { bus, wishes } = await oneTopic(2);
      const first = await Witness.join(bus, wishes);
      await first.until(() => first.owned.size === 2);
      const before = new Map(first.owned);
      const second = await Witness.join(bus, wishes);
      await untilAll([first, second], () => second.owned.size === 1 && first.owned.size === 1);
      const [name] = [...second.owned.keys()];
      const stale: Ownership = before.get(name!)!;
      const commit = { offset: 5, metadata: 'stale' };
      await expect(first.consumer.commit(stale, commit)).rejects.toMatchObject({ code: 'FF_PARTITION_LOST' });
      await second.consumer.close();
      await first.until(() => first.owned.size === 2);
      await expect(first.consumer.commit(stale, commit)).rejects.toMatchObject({ code: 'FF_PARTITION_LOST' });
      expect(first.owned.get(name!)!.committed).toBeNull();
      await first.consumer.commit(first.owned.get(name!)!, { ...commit, metadata: 'fresh' });
    });

    it('is refused after close, and so is a heartbeat', async () => {
      const { bus, first, wishes } = await oneTopic();
      const witness = await Witness.join(bus, wishes);
      await witness.until(() => witness.of(first).length === 10);
      const ownership = witness.assignment(first);
      await witness.consumer.heartbeat();
      await witness.consumer.close();
      const refused = { code: 'FF_PARTITION_LOST' };
      await expect(witness.consumer.commit(ownership, { offset: 1, metadata: '' })).rejects.toMatchObject(refused);
      await expect(witness.consumer.heartbeat()).rejects.toMatchObject(refused);
    });
  });
}
