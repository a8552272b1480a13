import { KafkaBus } from '@fleet-forensics/shared/bus/kafka/kafka-bus';
import type { Assignment } from '@fleet-forensics/shared/bus/port';
import { KafkaSettings } from '@fleet-forensics/shared/settings/kafka-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { BUFFER_GROUP, SESSION_EVENTS } from '@fleet-forensics/shared/topics';
import { encodePosition } from '@fleet-forensics/shared/wire/commit-position';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeKafkaProcess } from '../../../../test/kafka/broker.ts';
import { KafkaProcess } from '../../../../test/kafka/kafka-process.ts';
import { run } from '../command-run.fixture.ts';

const START_MS = 60_000;

// In order: each one goes on with what the one before left.
await describeKafkaProcess('lag', (kafka) => {
  let broker: KafkaProcess;
  let env: Record<string, string>;
  beforeAll(async () => {
    broker = await KafkaProcess.start(kafka);
    env = { FF_KAFKA_BROKERS: broker.brokers.join(',') };
    await run(['topics', 'create'], { env });
  }, START_MS);
  afterAll(() => broker.stop());

  it('of groups that never committed is all there is', async () => {
    const { status, out, err } = await run(['lag'], { env });
    expect([status, err]).toEqual([0, '']);
    expect(out).toContain('forensic-buffer: 0 records behind\n');
    expect(out.match(/^forensic\.session-events\/\d+ +0 +0 +0 +0$/gm)).toHaveLength(12);
    expect(out.match(/^forensic\.blocks\/\d+ +0 +0 +0 +0$/gm)).toHaveLength(6);
  });

  it('of a buffer is what it has not folded, not what a restart would read', async () => {
    await commit({ offset: 3, metadata: encodePosition(8) });
    const { out } = await run(['lag'], { env });
    expect(out).toContain('forensic-buffer: 2 records behind\n');
    expect(out).toMatch(/^forensic\.session-events\/4 +3 +8 +10 +2$/m);
  });

  /** Ten records on partition 4, of which the buffer has committed so much. */
  async function commit(committed: { offset: number; metadata: string }): Promise<void> {
    const unwanted = (error: unknown) => expect.fail(String(error));
    const bus = new KafkaBus({ settings: readSettings(KafkaSettings, env), failed: unwanted, fatal: unwanted });
    const records = Array.from({ length: 10 }, () => ({ key: null, value: Buffer.from('x'), partition: 4 }));
    await bus.producer().send(SESSION_EVENTS, records);
    const assigned = Promise.withResolvers<readonly Assignment[]>();
    const consumer = await bus.consume(
      { group: BUFFER_GROUP, topics: [SESSION_EVENTS], maxBatchRecords: 1, maxBatchBytes: 1 },
      { assigned: async (all) => assigned.resolve(all), batch: async () => {}, revoked: async () => {}, failed: unwanted },
    );
    await consumer.commit(
      (await assigned.promise).find(({ partition }) => partition === 4)!,
      committed,
    );
    await bus.close();
  }
});
