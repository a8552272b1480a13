import { afterAll, beforeAll, expect, it } from 'vitest';
import { hasCode } from '@fleet-forensics/shared/error';
import { createTopic, numbered, offsets, text, uniqueName } from '../contract/bus-harness.ts';
import { Witness } from '../contract/witness.ts';
import { describeKafkaProcess } from './broker.ts';
import { openBus } from './driver-bus.ts';
import { KafkaProcess } from './kafka-process.ts';

const IMPATIENT = { FF_KAFKA_REQUEST_TIMEOUT_MS: '1000' };

await describeKafkaProcess('a broker that goes away', (kafka) => {
  let broker: KafkaProcess;
  beforeAll(async () => {
    broker = await KafkaProcess.start(kafka);
  }, 60_000);
  afterAll(() => broker.stop());

  it('fails sends while it is silent, and takes them when it answers again', async () => {
    const { bus } = openBus(broker.brokers, IMPATIENT);
    const topic = await createTopic(bus, 1);
    const producer = bus.producer();
    await producer.send(topic, numbered(1, 0));
    await broker.kill('SIGSTOP');
    try {
      const sent = [1, 2, 3].map((number) => producer.send(topic, numbered(1, 0, number)));
      const outcomes = await Promise.allSettled(sent);
      for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { code: 'FF_LOG_UNAVAILABLE' } });
    } finally {
      await broker.kill('SIGCONT');
    }
    await untilSent(() => producer.send(topic, numbered(1, 0, 4)));
    const witness = await Witness.join(bus, { group: uniqueName('group'), topics: [topic] });
    await witness.until(() => text(witness.of({ topic, partition: 0 })).includes('4'));
    // What was given up may have arrived, and more than once: never in another order.
    const seen = [...new Set(text(witness.of({ topic, partition: 0 })).map(Number))];
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen[0]).toBe(0);
  }, 60_000);

  it('killed and started again, loses nothing that it acknowledged and goes on with producers and consumers as they are', async () => {
    const { bus, fatal } = openBus(broker.brokers, { ...IMPATIENT, FF_KAFKA_SESSION_TIMEOUT_MS: '60000' });
    const topic = await createTopic(bus, 3);
    const witness = await Witness.join(bus, { group: uniqueName('group'), topics: [topic] });
    const producer = bus.producer();
    const acknowledged: number[] = [];
    const refused: number[] = [];
    const send = async (number: number) => {
      try {
        await producer.send(topic, numbered(1, number % 3, number));
        acknowledged.push(number);
      } catch (error) {
        if (!hasCode(error, 'FF_LOG_UNAVAILABLE')) throw error;
        refused.push(number);
      }
    };
    for (let number = 0; number < 50; number++) await send(number);
    await broker.kill('SIGKILL');
    for (let number = 50; refused.length === 0; number++) await send(number);
    await broker.restart();
    await untilSent(() => producer.send(topic, numbered(1, 0, 1_000_002)));
    for (let number = 1_000_003; number < 1_000_050; number++) await send(number);
    const seen = () => [0, 1, 2].flatMap((partition) => text(witness.of({ topic, partition })).map(Number));
    await witness.until(() => {
      const read = new Set(seen());
      return acknowledged.every((number) => read.has(number));
    });
    for (const partition of [0, 1, 2]) {
      const read = offsets(witness.of({ topic, partition }));
      expect(read).toEqual(read.map((_, index) => index));
    }
    expect(witness.violations).toEqual([]);
    expect(fatal).toEqual([]);
  }, 90_000);

  it('is waited for by a commit of what is still owned', async () => {
    const { bus } = openBus(broker.brokers, { ...IMPATIENT, FF_KAFKA_SESSION_TIMEOUT_MS: '60000' });
    const topic = await createTopic(bus, 1);
    await bus.producer().send(topic, numbered(5, 0));
    const wishes = { group: uniqueName('group'), topics: [topic] };
    const witness = await Witness.join(bus, wishes);
    await witness.until(() => witness.of({ topic, partition: 0 }).length === 5);
    const owned = witness.assignment({ topic, partition: 0 });
    await broker.kill('SIGKILL');
    const committed = witness.consumer.commit(owned, { offset: 5, metadata: 'through it all' });
    await broker.restart();
    await committed;
    await witness.consumer.close();
    const next = await Witness.join(bus, wishes);
    await next.until(() => next.owned.size === 1);
    expect(next.assignment({ topic, partition: 0 }).committed).toEqual({ offset: 5, metadata: 'through it all' });
  }, 60_000);

  it('at the start, fails what is asked of it with a message that names the settings', async () => {
    const { bus } = openBus(['127.0.0.1:1'], IMPATIENT);
    const asked = [
      bus.producer().send('topic', numbered(1, 0)),
      bus.offsets({ topic: 'topic', partition: 0 }),
      bus.ensureTopics([{ name: 'topic', partitions: 1, retentionMs: 0, retentionBytes: 0 }]),
      Witness.join(bus, { group: 'group', topics: ['topic'] }),
    ];
    for (const outcome of await Promise.allSettled(asked)) {
      expect(outcome).toMatchObject({
        reason: { code: 'FF_LOG_UNAVAILABLE', message: expect.stringContaining('FF_KAFKA_BROKERS') },
      });
    }
  });
});

/** Sends until Kafka takes it: it needs a moment to come back. */
async function untilSent(send: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (!hasCode(error, 'FF_LOG_UNAVAILABLE')) throw error;
    }
  }
}
