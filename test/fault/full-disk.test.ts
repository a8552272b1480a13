import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { metricOf, untilReadiness } from '../e2e/health-answers.ts';
import { KafkaFleet } from '../e2e/kafka-fleet.ts';
import { Load } from '../e2e/load.ts';
import { expectFiled } from '../e2e/owed-blocks.ts';
import type { ServiceProcess } from '../e2e/service-process.ts';
import { describeKafkaProcess } from '../kafka/broker.ts';
import { KafkaProcess } from '../kafka/kafka-process.ts';
import { canMount, fill, makeRoom, mountTmpfs, unmount } from './mounted.ts';

const MIB = 1024 * 1024;
const PATIENCE_MS = 180_000;
const DISKS = { kafka: 256 * MIB, spool: 64 * MIB, writer: 64 * MIB };
type Disk = keyof typeof DISKS;

const SETTINGS = {
  FF_KAFKA_REQUEST_TIMEOUT_MS: '1000',
  FF_KAFKA_SESSION_TIMEOUT_MS: '3000',
  FF_WRITER_HEADROOM_BYTES: '0',
};

await describeKafkaProcess('a full disk', (kafka) => {
  describe.runIf(canMount())('of a small file system:', () => {
    let base: string;
    let broker: KafkaProcess;
    let fleet: KafkaFleet;
    let ingest: ServiceProcess;
    let writer: ServiceProcess;
    const disk = (name: Disk) => join(base, name);

    beforeEach(async () => {
      base = mkdtempSync(join(tmpdir(), 'fleet-forensics-full-'));
      for (const [name, bytes] of Object.entries(DISKS)) {
        mkdirSync(join(base, name));
        mountTmpfs(join(base, name), bytes);
      }
      broker = await KafkaProcess.start(kafka, { place: disk('kafka') });
      const places = { FF_SPOOL_DIR: join(disk('spool'), 'spool'), FF_FORENSIC_ROOT: join(disk('writer'), 'root') };
      fleet = new KafkaFleet(broker.brokers, { ...SETTINGS, ...places });
      await fleet.createTopics();
      [ingest, writer] = await Promise.all([fleet.start('ingest'), fleet.start('writer'), fleet.start('buffer')]);
    }, PATIENCE_MS);

    afterEach(async () => {
      await fleet.stop();
      await broker.stop();
      for (const name of Object.keys(DISKS)) unmount(join(base, name));
      rmSync(base, { recursive: true });
    }, PATIENCE_MS);

    it(
      "Kafka's: the broker ends, events wait in the spool, and all goes on when it is started with room again",
      { timeout: PATIENCE_MS },
      async () => {
        const load = new Load(ingest.url, 'kafka');
        await load.accepted(100);
        fill(disk('kafka'), 16 * MIB);
        expect(await broker.ended, 'the status of a broker that can not write').toBe(1);
        await untilReadiness(ingest, 200, /^events go to the spool \(spooling\)$/);
        await load.accepted(100);
        expect(await metricOf(ingest, 'forensic_spool_records')).toBeGreaterThan(0);
        makeRoom(disk('kafka'));
        await broker.restart();
        await untilReadiness(ingest, 200, /^$/);
        await load.accepted(100);
        await load.stop();
        expect([...load.answers.keys()]).toEqual([202]);
        await expectFiled(fleet, load);
      },
    );

    it(
      "the spool's: requests are answered with 503 until there is room, and all that was accepted is filed",
      { timeout: PATIENCE_MS },
      async () => {
        await broker.kill('SIGKILL');
        const load = new Load(ingest.url, 'spool');
        await load.accepted(100);
        fill(disk('spool'), MIB);
        await expect.poll(() => load.answers.get(503) ?? 0, { timeout: PATIENCE_MS }).toBeGreaterThan(100);
        await untilReadiness(ingest, 503, /^events are refused: .*spool.* takes no more/);
        expect(await metricOf(ingest, 'forensic_spool_refused_total')).toBeGreaterThan(0);
        makeRoom(disk('spool'));
        await load.accepted(100);
        await broker.restart();
        await untilReadiness(ingest, 200, /^$/);
        await load.accepted(100);
        await load.stop();
        expect(new Set(load.answers.keys())).toEqual(new Set([202, 503]));
        await expectFiled(fleet, load);
        expect(await ingest.kill('SIGTERM')).toBe(0);
      },
    );

    it("the writer's: blocks wait in the log until there is room", { timeout: PATIENCE_MS }, async () => {
      const load = new Load(ingest.url, 'writer');
      await load.accepted(100);
      fill(disk('writer'), MIB);
      await untilReadiness(writer, 503, /ENOSPC/);
      expect(await metricOf(writer, 'forensic_writer_failures_total')).toBeGreaterThan(0);
      await load.accepted(100);
      makeRoom(disk('writer'));
      await untilReadiness(writer, 200);
      await load.stop();
      expect([...load.answers.keys()]).toEqual([202]);
      await expectFiled(fleet, load);
      expect(await writer.kill('SIGTERM')).toBe(0);
    });
  });
});
