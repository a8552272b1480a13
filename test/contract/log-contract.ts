import { describe, expect, it } from 'vitest';
import { partitionOfKey } from '@fleet-forensics/shared/bus/murmur2';
import type { OutgoingRecord } from '@fleet-forensics/shared/bus/port';
import { createTopic, eachWithHarness, numbered, offsets, readAll, text, uniqueName, type MakeHarness } from './bus-harness.ts';

/** What is appended, where it lands, and that it stays. */
export function describeLog(make: MakeHarness): void {
  describe('the log', () => {
    const harness = eachWithHarness(make);

    it('numbers the records of each partition from 0, in the order of the sends', async () => {
      const { bus } = harness();
      const topic = await createTopic(bus, 2);
      const producer = bus.producer();
      const interleaved = [0, 1, 2].flatMap((i) => numbered(1, 0, i).concat(numbered(1, 1, i)));
      await Promise.all([producer.send(topic, interleaved), producer.send(topic, numbered(2, 0, 3))]);
      await bus.producer().send(topic, numbered(1, 0, 5));
      const records = await readAll(bus, { topic, partition: 0 });
      expect(offsets(records)).toEqual([0, 1, 2, 3, 4, 5]);
      expect(text(records)).toEqual(['0', '1', '2', '3', '4', '5']);
      expect(text(await readAll(bus, { topic, partition: 1 }))).toEqual(['0', '1', '2']);
    });

    it("puts a key where Kafka's partitioner puts it, unless the record names a partition", async () => {
      const { bus } = harness();
      const topic = await createTopic(bus, 5);
      const keys = ['21', 'foobar', 'a-little-bit-long-string', 'ftp-1\0session', ''].map((key) => Buffer.from(key));
      await bus.producer().send(
        topic,
        keys.map((key) => ({ key, value: key })),
      );
      await bus.producer().send(topic, [{ key: keys[0]!, value: Buffer.from('named'), partition: 4 }]);
      for (let partition = 0; partition < 5; partition++) {
        const expected = keys.filter((key) => partitionOfKey(key, 5) === partition).map(String);
        if (partition === 4) expected.push('named');
        expect(text(await readAll(bus, { topic, partition }))).toEqual(expected);
      }
    });

    it('spreads keyless records over the partitions and keeps all of them', async () => {
      const { bus } = harness();
      const topic = await createTopic(bus, 3);
      const producer = bus.producer();
      for (let i = 0; i < 30; i++) await producer.send(topic, [{ key: null, value: Buffer.from(String(i)) }]);
      const partitions = await Promise.all([0, 1, 2].map((partition) => readAll(bus, { topic, partition })));
      const values = text(partitions.flat()).map(Number);
      expect(values.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i));
      expect(partitions.filter((records) => records.length > 0).length).toBeGreaterThan(1);
    });

    it('gives back every byte of keys and values: empty ones, NUL, all 256, 900 KB', async () => {
      const { bus } = harness();
      const topic = await createTopic(bus, 1);
      const all = Uint8Array.from({ length: 256 }, (_, i) => i);
      const long = Uint8Array.from({ length: 900_000 }, (_, i) => (i * 7) & 0xff);
      const none = new Uint8Array(0);
      const sent: OutgoingRecord[] = [
        { key: null, value: none },
        { key: all, value: all },
        { key: Buffer.from('a\0b'), value: Buffer.from('\0\r\n\x1b[0m') },
        { key: null, value: long },
      ];
      for (const record of sent) await bus.producer().send(topic, [{ ...record, partition: 0 }]);
      const records = await readAll(bus, { topic, partition: 0 });
      expect(records.map(({ key, value }) => ({ key: hex(key), value: hex(value) }))).toEqual(
        sent.map(({ key, value }) => ({ key: hex(key), value: hex(value) })),
      );
    });

    it('has what it acknowledged after it was reopened, and goes on counting there', async () => {
      const topic = await createTopic(harness().bus, 1);
      await harness().bus.producer().send(topic, numbered(3, 0));
      const bus = await harness().reopen();
      expect(await bus.offsets({ topic, partition: 0 })).toEqual({ begin: 0, end: 3 });
      await bus.producer().send(topic, numbered(1, 0, 3));
      expect(text(await readAll(bus, { topic, partition: 0 }))).toEqual(['0', '1', '2', '3']);
    });

    it('stamps record times that never go back', async () => {
      const { bus } = harness();
      const topic = await createTopic(bus, 1);
      const before = Date.now();
      for (let i = 0; i < 20; i++) await bus.producer().send(topic, numbered(2, 0, i));
      const times = (await readAll(bus, { topic, partition: 0 })).map(({ timeMs }) => timeMs);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      // A broker's clock may differ from ours; a day says that the unit is right.
      expect(Math.abs(times[0]! - before)).toBeLessThan(86_400_000);
    });

    it('says which offsets a partition holds', async () => {
      const { bus } = harness();
      const topic = await createTopic(bus, 2);
      await bus.producer().send(topic, numbered(7, 1));
      expect(await bus.offsets({ topic, partition: 0 })).toEqual({ begin: 0, end: 0 });
      expect(await bus.offsets({ topic, partition: 1 })).toEqual({ begin: 0, end: 7 });
    });

    it('takes a send of no records', async () => {
      const { bus } = harness();
      const topic = await createTopic(bus, 1);
      await bus.producer().send(topic, []);
      expect(await bus.offsets({ topic, partition: 0 })).toEqual({ begin: 0, end: 0 });
    });

    it('refuses what it does not know or cannot hold, before anything is appended', async () => {
      const { bus } = harness();
      const topic = await createTopic(bus, 2);
      const producer = bus.producer();
      const unknown = uniqueName('unknown');
      const good = numbered(1, 0);
      await expect(producer.send(unknown, good)).rejects.toMatchObject({ code: 'FF_UNKNOWN_TOPIC' });
      for (const partition of [2, -1, 0.5]) {
        const sent = producer.send(topic, [...good, { key: null, value: Buffer.from('x'), partition }]);
        await expect(sent, `partition ${partition}`).rejects.toMatchObject({ code: 'FF_UNKNOWN_PARTITION' });
      }
      const tooLarge = producer.send(topic, [...good, { key: null, value: new Uint8Array(2 * 1024 * 1024) }]);
      await expect(tooLarge).rejects.toMatchObject({ code: 'FF_RECORD_TOO_LARGE' });
      await expect(bus.offsets({ topic: unknown, partition: 0 })).rejects.toMatchObject({ code: 'FF_UNKNOWN_TOPIC' });
      await expect(bus.offsets({ topic, partition: 2 })).rejects.toMatchObject({ code: 'FF_UNKNOWN_PARTITION' });
      expect(await bus.offsets({ topic, partition: 0 })).toEqual({ begin: 0, end: 0 });
    });

    it('creates a topic once, keeps its records then, and refuses another number of partitions', async () => {
      const { bus } = harness();
      const name = uniqueName('topic');
      const spec = { name, partitions: 2, retentionMs: 0, retentionBytes: 0 };
      await Promise.all([bus.ensureTopics([spec]), bus.ensureTopics([spec])]);
      await bus.producer().send(name, numbered(1, 1));
      await bus.ensureTopics([{ ...spec, retentionMs: 86_400_000 }]);
      expect(await bus.offsets({ topic: name, partition: 1 })).toEqual({ begin: 0, end: 1 });
      await expect(bus.ensureTopics([{ ...spec, partitions: 3 }])).rejects.toMatchObject({ code: 'FF_TOPIC_MISMATCH' });
    });
  });
}

function hex(bytes: Uint8Array | null): string | null {
  return bytes && Buffer.from(bytes).toString('hex');
}
