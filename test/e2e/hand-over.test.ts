import { afterEach, expect, it } from 'vitest';
import { describeKafkaProcess } from '../kafka/broker.ts';
import { KafkaProcess } from '../kafka/kafka-process.ts';
import { KafkaFleet } from './kafka-fleet.ts';
import { Load } from './load.ts';
import { expectFiled } from './owed-blocks.ts';
import type { ServiceProcess } from './service-process.ts';

const PATIENCE_MS = 200_000;
/** Longer than a test: partitions that nobody hands over go to nobody in time. */
const NEVER_MS = 240_000;
const SOON_MS = 3000;
const ALL_PARTITIONS = /^ready: 12 partitions$/m;

await describeKafkaProcess('services that are told to end', (kafka) => {
  let broker: KafkaProcess;
  let fleet: KafkaFleet;
  let services: Record<'ingest' | 'buffer' | 'writer', ServiceProcess>;

  /** @param sessionTimeoutMs after which partitions are taken from who says nothing */
  async function begin(sessionTimeoutMs: number): Promise<void> {
    broker = await KafkaProcess.start(kafka);
    const settings = { FF_KAFKA_SESSION_TIMEOUT_MS: String(sessionTimeoutMs), FF_KAFKA_REQUEST_TIMEOUT_MS: '2000' };
    fleet = new KafkaFleet(broker.brokers, settings);
    await fleet.createTopics();
    const [ingest, buffer, writer] = await Promise.all([fleet.start('ingest'), fleet.start('buffer'), fleet.start('writer')]);
    services = { ingest, buffer, writer };
  }

  afterEach(async () => {
    await fleet.stop();
    await broker.stop();
  }, PATIENCE_MS);

  it(
    'under load hand their partitions over at once, and the next ones go on with what was accepted',
    { timeout: PATIENCE_MS },
    async () => {
      await begin(NEVER_MS);
      const next = await Promise.all([fleet.start('buffer'), fleet.start('writer')]);
      const load = new Load(services.ingest.url, 'load');
      await load.accepted(100);
      expect(await services.buffer.kill('SIGTERM')).toBe(0);
      await next[0].says(ALL_PARTITIONS);
      await load.accepted(100);
      expect(await services.writer.kill('SIGTERM')).toBe(0);
      await load.accepted(100);
      await load.stop();
      await expectFiled(fleet, load);
    },
  );

  it('under load answer what they have taken: an ingest', { timeout: PATIENCE_MS }, async () => {
    await begin(NEVER_MS);
    const load = new Load(services.ingest.url, 'load');
    await load.accepted(200);
    const ended = services.ingest.kill('SIGTERM');
    await expect(load.stop()).rejects.toThrow('fetch failed');
    expect(await ended).toBe(0);
    await expectFiled(fleet, load);
  });

  it('while Kafka is away end all the same, and what was accepted is filed later', { timeout: PATIENCE_MS }, async () => {
    await begin(SOON_MS);
    const load = new Load(services.ingest.url, 'load');
    await load.accepted(50);
    await broker.kill('SIGKILL');
    await load.accepted(50);
    await load.stop();
    const ends = await Promise.all(
      Object.values(services).map(async (each) => [await each.kill('SIGTERM'), each.output] as const),
    );
    for (const [status, output] of ends) expect(status === 0 || /not drained after \d+ ms/.test(output), output).toBe(true);
    await broker.restart();
    await Promise.all((['ingest', 'buffer', 'writer'] as const).map((app) => fleet.start(app)));
    await expectFiled(fleet, load);
  });
});
