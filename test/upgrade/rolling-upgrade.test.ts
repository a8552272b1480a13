import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KafkaBus } from '@fleet-forensics/shared/bus/kafka/kafka-bus';
import { KafkaSettings } from '@fleet-forensics/shared/settings/kafka-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { DEAD_LETTERS } from '@fleet-forensics/shared/topics';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { run } from '../../apps/cli/src/command-run.fixture.ts';
import { BlockWatch } from '../chaos/block-watch.ts';
import { Fleet } from '../chaos/fleet.ts';
import { Load } from '../chaos/load.ts';
import { type InstalledVersion, THIS_VERSION } from '../e2e/installed-version.ts';
import { describeKafkaProcess } from '../kafka/broker.ts';
import { PreviousVersion } from './previous-version.ts';

const START_MS = 120_000;
const TEST_MS = 900_000;
const READY_MS = 60_000;
const END_MS = 60_000;
const LANES = { short: 6, long: 6, 'kept alive': 4 };
/** Between two restarts: both versions work side by side, and write what the other one reads. */
const BLOCKS_BETWEEN = 15;
/** Every role is mixed for a while, and none of them is the first or the last to change in both directions. */
const ORDER = ['buffer-1', 'writer-1', 'ingest-1', 'buffer-2', 'ingest-2', 'writer-2', 'buffer-3'];

await describeKafkaProcess('a fleet that is upgraded service by service', (kafka) => {
  let dir: string;
  let previous: PreviousVersion;
  let fleet: Fleet;
  let watch: BlockWatch;

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-upgrade-'));
    previous = PreviousVersion.unpack();
    fleet = await Fleet.start(kafka, dir, previous);
  }, START_MS);

  afterEach(async () => {
    await fleet.kill();
    previous.remove();
    rmSync(dir, { recursive: true });
  }, START_MS);

  async function change(name: string, version: InstalledVersion): Promise<void> {
    const service = fleet.services.find((each) => each.name === name)!;
    expect(await service.kill('SIGTERM'), `${name}, before ${version.name}`).toBe(0);
    service.install(version);
    service.start();
    await service.ready(READY_MS);
    const enough = watch.seenMs.size + BLOCKS_BETWEEN;
    await watch.until(() => watch.seenMs.size >= enough, READY_MS);
    expect(watch.seenMs.size, `blocks filed after ${name} became ${version.name}`).toBeGreaterThanOrEqual(enough);
  }

  async function deadLetters(): Promise<number> {
    const settings = readSettings(KafkaSettings, { FF_KAFKA_BROKERS: fleet.broker.brokers.join(' ') });
    const bus = new KafkaBus({ settings, failed: () => {}, fatal: () => {} });
    const { end } = await bus.offsets({ topic: DEAD_LETTERS, partition: 0 });
    await bus.close();
    return end;
  }

  it('files every block once, and again when the upgrade is taken back', { timeout: TEST_MS }, async () => {
    const load = new Load({ places: fleet.places, seed: 1, lanes: LANES });
    watch = new BlockWatch(load, fleet);
    load.start();
    for (const name of ORDER) await change(name, THIS_VERSION);
    for (const name of ORDER) await change(name, previous);
    expect(await load.end(END_MS)).toBe(0);
    await watch.until(() => watch.audit.findings().missing.length === 0, READY_MS);
    const letters = await deadLetters();
    expect(await fleet.stopServices()).toEqual([]);
    watch.look();

    process.stdout.write(
      `${watch.seenMs.size} blocks over ${2 * ORDER.length} restarts, ${load.sentAgain} requests sent again\n`,
    );
    expect(watch.audit.findings()).toEqual({ missing: [], repeated: [], wrong: [], unexpected: [] });
    expect([load.refused, letters]).toEqual([[], 0]);
    // Else no session outlived its buffer by a checkpoint of the other version.
    const checkpoints = fleet.named('buffer').map((buffer) => buffer.counted('checkpoints'));
    expect(Math.min(...checkpoints), 'checkpoints folded by each buffer').toBeGreaterThan(0);
    const { status, out } = await run(['verify', '--all', '--data', join(dir, 'writer'), '--root', fleet.root]);
    expect([status, out.match(/^(?!intact|note)./gm)]).toEqual([0, null]);
  });
});
