import { compareWithSamples, publishSamples } from '@fleet-forensics/standalone/sample-fleet';
import { TOPICS } from '@fleet-forensics/shared/topics';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeKafkaProcess } from '../kafka/broker.ts';
import { KafkaProcess } from '../kafka/kafka-process.ts';
import { KafkaFleet } from './kafka-fleet.ts';
import { post } from './recorder-process.ts';
import type { ServiceProcess } from './service-process.ts';

const PATIENCE_MS = 120_000;

function failed(session: string): object[] {
  const of = { node: 'ftp-1', session };
  return [
    { ...of, type: 'SystemLog', level: 5, message: `${session} says`, seq: 1 },
    { ...of, criterion: 'FailedLogin', seq: 2 },
  ];
}

await describeKafkaProcess('the apps as processes of their own', (kafka) => {
  let broker: KafkaProcess;
  let fleet: KafkaFleet;

  beforeAll(async () => {
    broker = await KafkaProcess.start(kafka);
    fleet = new KafkaFleet(broker.brokers);
  }, PATIENCE_MS);

  afterAll(async () => {
    await fleet.stop();
    await broker.stop();
  });

  describe('without topics', () => {
    it.each(['ingest', 'buffer', 'writer'] as const)(
      'end at once and say how to make them (%s)',
      async (app) => {
        const service = fleet.spawn(app);
        expect(await service.exited).toBe(1);
        expect(service.output).toContain('FF_BAD_TOPICS');
        for (const { name } of TOPICS) expect(service.output).toMatch(new RegExp(`${name} is missing: .*topics create`));
      },
      PATIENCE_MS,
    );
  });

  describe('one ingest, two buffers and two writers', () => {
    let ingest: ServiceProcess;
    let services: ServiceProcess[];

    beforeAll(async () => {
      await fleet.createTopics();
      services = await Promise.all((['buffer', 'buffer', 'writer', 'writer'] as const).map((app) => fleet.start(app)));
      ingest = await fleet.start('ingest');
      services.push(ingest);
    }, PATIENCE_MS);

    it(
      'share the partitions out, and say when their rings are whole',
      async () => {
        const buffers = services.slice(0, 2);
        await Promise.all(buffers.map((buffer) => buffer.says(/^ready: 6 partitions/m)));
        expect(buffers.map(({ output }) => output.match(/^ready: 6/gm)?.length)).toEqual([1, 1]);
      },
      PATIENCE_MS,
    );

    it(
      'file the blocks of the sample fleet as one process does',
      async () => {
        await publishSamples(ingest.url);
        const compare = () => compareWithSamples(fleet.blocksSoFar());
        await expect.poll(compare, { timeout: PATIENCE_MS / 2 }).toEqual({ missing: [], unexpected: [] });
      },
      PATIENCE_MS,
    );

    it(
      'file each of many sessions once, whichever of them had its partitions',
      async () => {
        const sessions = Array.from({ length: 200 }, (_, index) => `s${index}`);
        expect((await post(ingest.url, sessions.flatMap(failed))).status).toBe(202);
        await fleet.filed(sessions);
        const blocks = fleet.blocksSoFar().filter(({ headers }) => sessions.includes(headers['Session']!));
        expect(blocks).toHaveLength(sessions.length);
        for (const { headers, lines } of blocks) expect(lines).toEqual([`[SystemLog:5] ${headers['Session']} says`]);
      },
      PATIENCE_MS,
    );

    it(
      'end on SIGTERM with status 0, what they did counted, and nothing left behind',
      async () => {
        expect(await Promise.all(services.map((service) => service.kill('SIGTERM')))).toEqual([0, 0, 0, 0, 0]);
        expect(ingest.output).toMatch(/draining …\naccepted \d+/);
        const filed = services.map(({ output }) => Number(/^filed (\d+)/m.exec(output)?.[1] ?? 0));
        expect(filed.reduce((sum, count) => sum + count)).toBe(fleet.blocks().length);
      },
      PATIENCE_MS,
    );
  });
});
