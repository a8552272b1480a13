import { describe, expect, it } from 'vitest';
import type { TopicSpec } from '../port.ts';
import { openLog, readAll, records, scratchDir } from './scratch-log.fixture.ts';

const FIRST = { topic: 't', partition: 0 };
const SPEC: TopicSpec = { name: 't', partitions: 2, retentionMs: 0, retentionBytes: 0 };
const MIB = 1024 * 1024;
const UNAVAILABLE = { code: 'FF_LOG_UNAVAILABLE' };

async function fullLog() {
  const log = openLog({ dir: scratchDir(), maxFileBytes: 2 * MIB, retentionIntervalMs: 1 });
  await log.ensureTopics([SPEC]);
  const producer = log.producer();
  await producer.send('t', records(15, MIB / 10));
  return { log, producer };
}

describe('a log that has no room', () => {
  it('refuses a send whole, and takes its neighbours of the same turn', async () => {
    const { log, producer } = await fullLog();
    const mixed = [...records(2), ...records(20, MIB / 10), { ...records(1)[0]!, partition: 1 }];
    const sends = [records(1), records(1), mixed, records(2)].map((each) => producer.send('t', each));
    const settled = await Promise.allSettled(sends);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(settled[2]).toMatchObject({ reason: { ...UNAVAILABLE, cause: expect.any(Error) as Error } });
    expect(await log.offsets(FIRST)).toEqual({ begin: 0, end: 19 });
    expect(await log.offsets({ topic: 't', partition: 1 })).toEqual({ begin: 0, end: 0 });
    expect((await readAll(log, FIRST)).map(({ value }) => value.length).slice(15)).toEqual([100, 100, 100, 100]);
  });

  it('takes sends again when retention has made room', async () => {
    const { log, producer } = await fullLog();
    await expect(producer.send('t', records(10, MIB / 10))).rejects.toMatchObject(UNAVAILABLE);
    await log.ensureTopics([{ ...SPEC, retentionBytes: MIB / 2 }]);
    await expect.poll(async () => (await log.offsets(FIRST)).begin, { timeout: 20_000 }).toBe(11);
    await producer.send('t', records(10, MIB / 10));
    expect((await log.offsets(FIRST)).end).toBe(25);
  });
});

describe('a log that has more to write than it may hold in memory', () => {
  it('refuses the send that is too much, and takes it when the ones before are written', async () => {
    const log = openLog({ dir: scratchDir(), maxQueuedBytes: 1000 });
    await log.ensureTopics([SPEC]);
    const producer = log.producer();
    const first = producer.send('t', records(9));
    await expect(producer.send('t', records(2))).rejects.toMatchObject(UNAVAILABLE);
    await first;
    await producer.send('t', records(2));
    await producer.send('t', records(50));
    expect((await log.offsets(FIRST)).end).toBe(61);
  });

  it('writes a queue that is longer than one transaction in the order of the sends', async () => {
    const log = openLog({ dir: scratchDir() });
    await log.ensureTopics([SPEC]);
    const producer = log.producer();
    const acknowledged: number[] = [];
    const sizes = Array.from({ length: 30 }, (_, i) => 900_000 + i);
    await Promise.all(sizes.map((size) => producer.send('t', records(1, size)).then(() => acknowledged.push(size))));
    expect(acknowledged).toEqual(sizes);
    expect((await readAll(log, FIRST)).map(({ value }) => value.length)).toEqual(sizes);
  });
});

describe('a closed log', () => {
  it('has written what was sent before, and refuses the rest', async () => {
    const dir = scratchDir();
    const log = openLog({ dir });
    await log.ensureTopics([SPEC]);
    const producer = log.producer();
    const sent = producer.send('t', records(3));
    await log.close();
    await sent;
    await expect(producer.send('t', records(1))).rejects.toMatchObject(UNAVAILABLE);
    expect((await openLog({ dir }).offsets(FIRST)).end).toBe(3);
  });
});
