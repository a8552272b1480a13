import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeKafkaProcess } from '../kafka/broker.ts';
import { KafkaProcess } from '../kafka/kafka-process.ts';
import { KafkaFleet } from './kafka-fleet.ts';
import { Load } from './load.ts';
import { expectFiled } from './owed-blocks.ts';
import type { ServiceProcess } from './service-process.ts';

const PATIENCE_MS = 180_000;
/** How soon a broker that is gone is noticed, and how soon its groups are whole again when it is back. */
const SETTINGS = { FF_KAFKA_REQUEST_TIMEOUT_MS: '1000', FF_KAFKA_SESSION_TIMEOUT_MS: '3000' };
const SPOOLING = /^ready: events go to the spool \(spooling\)/m;

await describeKafkaProcess('while Kafka is away', (kafka) => {
  let broker: KafkaProcess;
  let fleet: KafkaFleet;
  let ingest: ServiceProcess;

  beforeAll(async () => {
    broker = await KafkaProcess.start(kafka);
    fleet = new KafkaFleet(broker.brokers, SETTINGS);
    await fleet.createTopics();
    await Promise.all((['buffer', 'buffer', 'writer', 'writer'] as const).map((app) => fleet.start(app)));
  }, PATIENCE_MS);

  beforeEach(async () => {
    ingest = await fleet.start('ingest');
  }, PATIENCE_MS);

  // A test that failed leaves its ingest behind, and its spool locked.
  afterEach(() => ingest.kill('SIGKILL'));

  afterAll(async () => {
    await fleet.stop();
    await broker.stop();
  });

  it(
    'requests are answered with 202, and their blocks are filed once and in order when it is back',
    { timeout: PATIENCE_MS },
    async () => {
      const load = new Load(ingest.url, 'away');
      await load.accepted(100);
      await broker.kill('SIGKILL');
      await ingest.says(SPOOLING);
      await load.accepted(200);
      await broker.restart();
      await ingest.says(/^ready$/m);
      await load.accepted(100);
      await load.stop();
      expect([...load.answers.keys()]).toEqual([202]);
      await expectFiled(fleet, load);
      expect(await ingest.kill('SIGTERM')).toBe(0);
    },
  );

  it('an ingest that is killed and starts before Kafka is back loses nothing', { timeout: PATIENCE_MS }, async () => {
    await broker.kill('SIGKILL');
    const load = new Load(ingest.url, 'killed');
    await load.accepted(100);
    await load.stop();
    await ingest.kill('SIGKILL');
    ingest = await fleet.start('ingest');
    expect(ingest.output).toMatch(/\d+ records of an earlier run wait/);
    expect(ingest.output).toContain('starting without Kafka, on the spool');
    const later = new Load(ingest.url, 'later');
    await later.accepted(50);
    await later.stop();
    await broker.restart();
    await expectFiled(fleet, load);
    await expectFiled(fleet, later);
  });

  it('a spool that is full is answered with 503, and what was accepted before is filed', { timeout: PATIENCE_MS }, async () => {
    await broker.kill('SIGKILL');
    const spool = { FF_SPOOL_DIR: join(fleet.dataDir, 'small-spool'), FF_SPOOL_BYTES: String(1024 * 1024) };
    const small = await fleet.start('ingest', spool);
    const load = new Load(small.url, 'full');
    await expect.poll(() => load.answers.get(503) ?? 0, { timeout: PATIENCE_MS }).toBeGreaterThan(10);
    await load.stop();
    expect(small.output).toContain('FF_SPOOL_BYTES=1048576');
    await broker.restart();
    await small.says(/^ready$/m);
    const after = new Load(small.url, 'after');
    await after.accepted(20);
    await after.stop();
    expect([...after.answers.keys()]).toEqual([202]);
    await expectFiled(fleet, load);
    await expectFiled(fleet, after);
    expect(await small.kill('SIGTERM')).toBe(0);
    expect(small.output).toMatch(/^accepted .* spooled \d+, drained \d+, spoolRefused \d+$/m);
  });
});
