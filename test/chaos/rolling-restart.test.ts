import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeKafkaProcess } from '../kafka/broker.ts';
import { BlockWatch } from './block-watch.ts';
import { Fleet } from './fleet.ts';
import { Load } from './load.ts';

const START_MS = 120_000;
const READY_MS = 60_000;
const END_MS = 60_000;
/** From the 202 to the block in its file: what the project promises. */
const LATEST_MS = 10_000;
/** Enough that every process has warmed up, and rings are worth restoring. */
const WARM_BLOCKS = 50;
const LANES = { short: 8, long: 6, 'kept alive': 4 };

await describeKafkaProcess('a fleet whose buffers are restarted one by one', (kafka) => {
  let dir: string;
  let fleet: Fleet;

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-rolling-'));
    fleet = await Fleet.start(kafka, dir);
  }, START_MS);

  afterEach(async () => {
    await fleet.kill();
    rmSync(dir, { recursive: true });
  }, START_MS);

  it('files every block once and within ten seconds, whatever restarts', { timeout: START_MS * 2 }, async () => {
    const load = new Load({ places: fleet.places, seed: 1, lanes: LANES });
    const watch = new BlockWatch(load, fleet);
    load.start();
    await watch.until(() => watch.seenMs.size >= WARM_BLOCKS, READY_MS);

    let isOver = false;
    const watching = watch.until(() => isOver, START_MS);
    for (const buffer of [...fleet.named('buffer'), ...fleet.named('buffer')]) {
      const before = watch.seenMs.size;
      expect(await buffer.kill('SIGTERM'), buffer.name).toBe(0);
      buffer.start();
      await buffer.ready(READY_MS);
      process.stdout.write(`${buffer.name} restarted, ${watch.seenMs.size - before} blocks filed meanwhile\n`);
    }
    expect(await load.end(END_MS)).toBe(0);
    isOver = true;
    await watching;
    await watch.until(() => watch.audit.findings().missing.length === 0, LATEST_MS);
    expect(await fleet.stopServices()).toEqual([]);
    watch.look();

    const worstMs = Math.max(...watch.latenciesMs);
    process.stdout.write(`${watch.seenMs.size} blocks, the latest ${Math.round(worstMs)} ms after its criterion's 202\n`);
    expect(watch.audit.findings()).toEqual({ missing: [], repeated: [], wrong: [], unexpected: [] });
    expect(load.refused).toEqual([]);
    expect(worstMs).toBeLessThanOrEqual(LATEST_MS);
  });
});
