import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeKafkaProcess } from '../kafka/broker.ts';
import { KafkaProcess } from '../kafka/kafka-process.ts';
import { healthOf, metricOf, untilReadiness } from './health-answers.ts';
import { KafkaFleet } from './kafka-fleet.ts';
import { Load } from './load.ts';
import type { ServiceProcess } from './service-process.ts';

const PATIENCE_MS = 180_000;
/** How soon a broker that is gone is noticed, and how soon its groups are whole again when it is back. */
const SETTINGS = { FF_KAFKA_REQUEST_TIMEOUT_MS: '1000', FF_KAFKA_SESSION_TIMEOUT_MS: '3000', FF_OPS_STUCK_S: '10' };
const MIB = 1024 * 1024;

await describeKafkaProcess('the health of services whose Kafka goes away', (kafka) => {
  let broker: KafkaProcess;
  let fleet: KafkaFleet;
  let services: ServiceProcess[];

  beforeAll(async () => {
    broker = await KafkaProcess.start(kafka);
    fleet = new KafkaFleet(broker.brokers, { ...SETTINGS, FF_SPOOL_BYTES: String(MIB) });
    await fleet.createTopics();
    services = await Promise.all((['ingest', 'buffer', 'writer'] as const).map((app) => fleet.start(app)));
  }, PATIENCE_MS);

  afterAll(async () => {
    await fleet.stop();
    await broker.stop();
  });

  it('is told, is no reason to restart any of them, and mends by itself', { timeout: PATIENCE_MS }, async () => {
    const [ingest] = services as [ServiceProcess];
    await Promise.all(services.map((service) => untilReadiness(service, 200)));
    await broker.kill('SIGKILL');
    const load = new Load(ingest.url, 'health');
    await untilReadiness(ingest, 503, /^events are refused: .*FF_SPOOL_BYTES=1048576/);
    expect(await metricOf(ingest, 'forensic_spool_refused_total')).toBeGreaterThan(0);
    expect(await metricOf(ingest, 'forensic_spool_bytes')).toBeGreaterThan(MIB / 2);
    expect(await metricOf(ingest, 'forensic_spool_max_bytes')).toBe(MIB);
    expect(await metricOf(ingest, 'forensic_ready')).toBe(0);
    const late = fleet.spawn('buffer');
    await late.says(/waiting for Kafka: /);
    expect(await healthOf(late, '/readyz')).toEqual([503, 'starting']);
    const isAlive = async () => Promise.all([...services, late].map(async (service) => (await healthOf(service, '/livez'))[0]));
    // Longer than a consumer may stand still.
    for (const until = performance.now() + 15_000; performance.now() < until; await pause(500)) {
      expect(await isAlive()).toEqual([200, 200, 200, 200]);
    }
    await load.stop();
    await broker.restart();
    await Promise.all([...services, late].map((service) => untilReadiness(service, 200)));
    const after = new Load(ingest.url, 'after');
    await after.accepted(20);
    await after.stop();
    await expect.poll(() => metricOf(ingest, 'forensic_spool_records'), { timeout: 60_000 }).toBe(0);
  });
});
