import { cpSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EmbeddedLog } from '@fleet-forensics/shared/bus/embedded/embedded-log';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { describe, expect, it, vi } from 'vitest';
import { AWAY, FlakyKafka } from './flaky-kafka.fixture.ts';
import { openSpool, recordOf, scratchDir, textsIn, TOPIC } from './scratch-spool.fixture.ts';

const PATIENCE = { timeout: 20_000 };

describe('a send', () => {
  it('is durable though Kafka is away, and gets there in order when it is back', async () => {
    const kafka = new FlakyKafka();
    const { producer, counters } = await openSpool({ kafka });
    await producer.send('t', [recordOf('1')]);
    kafka.mood = 'down';
    await producer.send('t', [recordOf('2'), recordOf('3')]);
    await producer.send('t', [recordOf('4')]);
    expect(textsIn(kafka)).toEqual(['1']);
    expect(producer.status).toMatchObject({ mode: 'spooling', depth: 3 });
    kafka.mood = 'up';
    await expect.poll(() => producer.status.mode, PATIENCE).toBe('direct');
    await producer.send('t', [recordOf('5')]);
    expect(textsIn(kafka)).toEqual(['1', '2', '3', '4', '5']);
    expect(counters).toMatchObject({ spooled: 3, drained: 3, spoolRefused: 0 });
  });

  it('stays behind what is still being forwarded', async () => {
    const kafka = new FlakyKafka();
    const { producer } = await openSpool({ kafka });
    kafka.mood = 'down';
    await producer.send('t', [recordOf('1')]);
    kafka.turns = 20;
    kafka.mood = 'up';
    for (const text of ['2', '3', '4', '5', '6']) await producer.send('t', [recordOf(text)]);
    await expect.poll(() => textsIn(kafka), PATIENCE).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('waits while the spool is drained, so that it gets empty however many come', async () => {
    const kafka = new FlakyKafka();
    const { producer, counters } = await openSpool({ kafka, maxBytes: 64 * 1024 * 1024 });
    const send = () =>
      producer.send(
        't',
        Array.from({ length: 200 }, (_, index) => recordOf(String(index), 'x'.repeat(200))),
      );
    kafka.mood = 'down';
    for (let i = 0; i < 50; i++) await send();
    kafka.turns = 4;
    kafka.mood = 'up';
    const direct = new AbortController();
    const lanes = Array.from({ length: 8 }, async () => {
      while (!direct.signal.aborted) await send();
    });
    await expect.poll(() => producer.status.mode, { ...PATIENCE, interval: 1 }).toBe('direct');
    direct.abort();
    await Promise.all(lanes);
    expect(counters.drained).toBe(counters.spooled);
  });

  it('does not wait for its turn when Kafka goes away again meanwhile', async () => {
    const kafka = new FlakyKafka();
    const { producer } = await openSpool({ kafka });
    const send = () =>
      producer.send(
        't',
        Array.from({ length: 400 }, (_, index) => recordOf(String(index))),
      );
    kafka.mood = 'down';
    for (let i = 0; i < 3; i++) await send();
    kafka.turns = 10;
    kafka.mood = 'up';
    while (producer.status.mode !== 'draining') await nextTurn();
    kafka.mood = 'down';
    await Promise.all([send(), send(), send()]);
    expect(producer.status.mode).toBe('spooling');
  });

  it('that its spool has no room for is refused whole, and what was taken before is not lost', async () => {
    const kafka = new FlakyKafka();
    const { producer, counters } = await openSpool({ kafka });
    kafka.mood = 'down';
    await producer.send('t', [recordOf('first')]);
    const long = Array.from({ length: 20 }, (_, index) => recordOf(String(index).repeat(50_000)));
    const refused = producer.send('t', [recordOf('half'), ...long]);
    await expect(refused).rejects.toMatchObject({
      code: 'FF_LOG_UNAVAILABLE',
      message: expect.stringContaining('FF_SPOOL_BYTES=1048576') as string,
    });
    expect(counters).toMatchObject({ spooled: 1, spoolRefused: 21 });
    kafka.mood = 'up';
    await expect.poll(() => producer.status.mode, PATIENCE).toBe('direct');
    expect(textsIn(kafka)).toEqual(['first']);
  });

  it.each(['FF_RECORD_TOO_LARGE', 'FF_UNKNOWN_PARTITION'] as const)(
    'that Kafka refuses for good (%s) is not spooled',
    async (code) => {
      const kafka = new FlakyKafka();
      const { producer, counters } = await openSpool({ kafka });
      kafka.refuses = () => new ForensicsError(code, 'no');
      await expect(producer.send('t', [recordOf('1')])).rejects.toMatchObject({ code });
      expect([producer.status.mode, counters.spooled]).toEqual(['direct', 0]);
    },
  );

  it('waits in the spool for a topic that is gone, until somebody makes it', async () => {
    const kafka = new FlakyKafka();
    const { producer } = await openSpool({ kafka });
    kafka.refuses = () => new ForensicsError('FF_UNKNOWN_TOPIC', 'no such topic');
    await producer.send('t', [recordOf('1')]);
    kafka.refuses = () => undefined;
    await expect.poll(() => textsIn(kafka), PATIENCE).toEqual(['1']);
  });

  it.each([
    ['another topic', 'u', recordOf('1')],
    ['no key', 't', { ...recordOf('1'), key: null }],
    ['a partition of its own', 't', { ...recordOf('1'), partition: 0 }],
  ])('for %s is refused: the spool could not keep that', async (_what, topic, record) => {
    const { producer } = await openSpool({ kafka: new FlakyKafka() });
    await expect(producer.send(topic, [record])).rejects.toMatchObject({ code: 'FF_NOT_SUPPORTED' });
  });
});

describe('a spool', () => {
  it('that an earlier process left is forwarded before anything else', async () => {
    const kafka = new FlakyKafka();
    kafka.mood = 'down';
    const dir = scratchDir();
    const earlier = await openSpool({ kafka, dir });
    await earlier.producer.send('t', [recordOf('1')]);
    await earlier.producer.close();
    const warn = vi.fn<(message: string) => void>();
    kafka.mood = 'up';
    const { producer } = await openSpool({ kafka, dir, warn });
    await producer.send('t', [recordOf('2')]);
    await expect.poll(() => textsIn(kafka), PATIENCE).toEqual(['1', '2']);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('1 records of an earlier run'));
  });

  it('is empty on the disk before anything goes past it: a kill then repeats nothing behind newer records', async () => {
    const kafka = new FlakyKafka();
    const copy = scratchDir();
    const warn = (message: string) => {
      if (message.includes('nothing waits')) cpSync(dir, copy, { recursive: true });
    };
    const { producer, dir } = await openSpool({ kafka, warn });
    kafka.mood = 'down';
    await producer.send('t', [recordOf('1')]);
    kafka.mood = 'up';
    await expect.poll(() => producer.status.mode, PATIENCE).toBe('direct');
    const log = new EmbeddedLog({ dir: copy });
    expect(await log.offsets({ topic: TOPIC.name, partition: 0 })).toEqual({ begin: 1, end: 1 });
    await log.close();
  });

  it('gives the disk back what it took', async () => {
    const kafka = new FlakyKafka();
    const { producer, dir } = await openSpool({ kafka });
    kafka.mood = 'down';
    for (let i = 0; i < 12; i++) await producer.send('t', [recordOf('x'.repeat(50_000))]);
    kafka.mood = 'up';
    await expect.poll(() => producer.status.mode, PATIENCE).toBe('direct');
    const sizes = ['log.sqlite', 'log.sqlite-wal'].map((name) => statSync(join(dir, name)).size);
    expect(sizes[0]! + sizes[1]!).toBeLessThan(200_000);
  });

  it('forwards nothing twice because it could not be deleted at once', async () => {
    const kafka = new FlakyKafka();
    const { producer } = await openSpool({ kafka });
    kafka.mood = 'down';
    await producer.send('t', [recordOf('1')]);
    const deleting = vi.spyOn(EmbeddedLog.prototype, 'deleteRecords').mockRejectedValueOnce(AWAY);
    kafka.mood = 'up';
    await expect.poll(() => producer.status.mode, PATIENCE).toBe('direct');
    expect(textsIn(kafka)).toEqual(['1']);
    expect(deleting).toHaveBeenCalledTimes(2);
    deleting.mockRestore();
  });

  it('closes without waiting for Kafka, and keeps what is left', async () => {
    const kafka = new FlakyKafka();
    const dir = scratchDir();
    const { producer } = await openSpool({ kafka, dir });
    kafka.mood = 'down';
    await producer.send('t', [recordOf('1')]);
    kafka.turns = Infinity;
    await producer.close();
    await expect(producer.send('t', [recordOf('2')])).rejects.toMatchObject({ code: 'FF_LOG_UNAVAILABLE' });
    const again = new FlakyKafka();
    await openSpool({ kafka: again, dir });
    await expect.poll(() => textsIn(again), PATIENCE).toEqual(['1']);
    kafka.turns = 0;
  });

  it('is one process at a time', async () => {
    const { dir } = await openSpool({ kafka: new FlakyKafka() });
    await expect(openSpool({ kafka: new FlakyKafka(), dir })).rejects.toMatchObject({ code: 'FF_LOG_IN_USE' });
  });
});
