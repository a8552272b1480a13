import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { KafkaBus } from '@fleet-forensics/shared/bus/kafka/kafka-bus';
import { KafkaSettings } from '@fleet-forensics/shared/settings/kafka-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { BLOCKS, WRITER_GROUP } from '@fleet-forensics/shared/topics';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { run } from '../../apps/cli/src/command-run.fixture.ts';
import { Witness } from '../contract/witness.ts';
import { describeKafkaProcess } from '../kafka/broker.ts';
import { KafkaProcess } from '../kafka/kafka-process.ts';
import { isOwed, publishedLines } from './driven-session.ts';
import { KafkaFleet } from './kafka-fleet.ts';
import { Load } from './load.ts';
import { blocksWhen, filedBlocks } from './recorder-process.ts';
import type { ServiceProcess } from './service-process.ts';

const PATIENCE_MS = 120_000;

await describeKafkaProcess('what was backed up with the writer stopped', (kafka) => {
  let broker: KafkaProcess;
  let fleet: KafkaFleet;
  let data: string;

  beforeEach(async () => {
    broker = await KafkaProcess.start(kafka);
    fleet = new KafkaFleet(broker.brokers);
    data = join(fleet.dataDir, 'writer');
    await fleet.createTopics();
  }, PATIENCE_MS);

  afterEach(async () => {
    await fleet.stop();
    await broker.stop();
  }, PATIENCE_MS);

  function startWriter(): Promise<ServiceProcess> {
    return fleet.start('writer', { FF_DATA_DIR: data, FF_FORENSIC_ROOT: fleet.root });
  }

  async function fileSome(url: string, name: string): Promise<Load> {
    const load = new Load(url, name);
    await load.accepted(60);
    await load.stop();
    await fleet.filed(load.sessions.filter(isOwed).map((session) => session.name));
    return load;
  }

  /** As `kafka-consumer-groups --reset-offsets --to-earliest` does, for a group without members. */
  async function rewindWriters(): Promise<void> {
    const settings = readSettings(KafkaSettings, { FF_KAFKA_BROKERS: broker.brokers.join(' ') });
    const bus = new KafkaBus({ settings, failed: () => {}, fatal: () => {} });
    const witness = await Witness.join(bus, { group: WRITER_GROUP, topics: [BLOCKS] });
    const partitions = await bus.groupPartitions(WRITER_GROUP, BLOCKS);
    await witness.until(() => witness.owned.size === partitions.length);
    for (const { topic, partition, begin } of partitions) {
      await witness.consumer.commit(witness.assignment({ topic, partition }), { offset: begin, metadata: '' });
    }
    await witness.consumer.close();
    await bus.close();
  }

  it(
    'is put back after a disk was lost: what was filed since is filed again, and all is intact',
    { timeout: PATIENCE_MS },
    async () => {
      const [ingest, writer] = await Promise.all([fleet.start('ingest'), startWriter(), fleet.start('buffer')]);
      const before = await fileSome(ingest.url, 'before');
      expect(await writer.kill('SIGTERM')).toBe(0);
      const backup = join(fleet.dataDir, 'backup');
      for (const [from, to] of [
        [data, 'data'],
        [fleet.root, 'root'],
      ] as const)
        cpSync(from, join(backup, to), { recursive: true });
      const later = await startWriter();
      const after = await fileSome(ingest.url, 'after');
      await later.kill('SIGKILL');
      for (const lost of [data, fleet.root]) rmSync(lost, { recursive: true });

      cpSync(join(backup, 'data'), data, { recursive: true });
      cpSync(join(backup, 'root'), fleet.root, { recursive: true });
      await rewindWriters();
      const restored = await startWriter();
      const owed = [...before.sessions, ...after.sessions].filter(isOwed);
      await blocksWhen(
        () => filedBlocks(fleet.root),
        ({ length }) => length >= owed.length,
      );
      expect(await restored.kill('SIGTERM')).toBe(0);
      const blocks = filedBlocks(fleet.root);
      expect(blocks.length).toBe(owed.length);
      for (const { name, lines } of owed) {
        const ofSession = blocks.filter(({ headers }) => headers['Session'] === name);
        expect(ofSession.map((block) => publishedLines(block.lines))).toEqual([lines]);
      }
      const { status, out } = await run(['verify', '--all', '--data', data, '--root', fleet.root]);
      expect([status, out.match(/^(?!intact|note)./gm)]).toEqual([0, null]);
    },
  );
});
