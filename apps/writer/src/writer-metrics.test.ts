import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { registerMetrics } from '@fleet-forensics/shared/metrics/metric';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blockHeader, wholeBlock } from './block.fixture.ts';
import { FilingHealth } from './filing-health.ts';
import { RootHealth } from './root-health.ts';
import { writerMetrics } from './writer-metrics.ts';
import { WriterPlace } from './writer-place.fixture.ts';

let place: WriterPlace;
let registry: Registry;

beforeEach(() => {
  place = new WriterPlace();
  registry = new Registry();
  const root = new RootHealth({ root: place.root, headroomBytes: 0, nowMs: () => 0 });
  const server = { partitions: [{ topic: 'forensic.blocks', partition: 1, next: 5, end: 9 }] };
  const journal = join(place.base, 'journal');
  const { counters } = place;
  registerMetrics(registry, writerMetrics({ counters, health: new FilingHealth(), root, journal, headroomBytes: 7, server }));
});

afterEach(() => place.remove());

/** A block whose criterion was so many seconds before it is filed. */
function blockOf(name: string, secondsAgo: number, formats: readonly string[] = []) {
  const timeUs = place.nowUs - secondsAgo * 1e6;
  const { criterion } = blockHeader(2);
  return wholeBlock(name, '/forensic.log', { criterion: { ...criterion, timeUs }, formats });
}

describe('the metrics of a writer', () => {
  it('tell how long it took from the criterion to the file, once for a block', async () => {
    await place.file([blockOf('one', 4), blockOf('two', 0.2, ['extended', 'ecs'])]);
    const text = await registry.metrics();
    expect(text).toContain('forensic_writer_criterion_to_file_seconds_bucket{le="0.1"} 0\n');
    expect(text).toContain('forensic_writer_criterion_to_file_seconds_bucket{le="0.25"} 1\n');
    expect(text).toContain('forensic_writer_criterion_to_file_seconds_bucket{le="5"} 2\n');
    expect(text).toContain('forensic_writer_criterion_to_file_seconds_count 2\n');
    expect(text).toContain('forensic_writer_filings_total 3\n');
  });

  it('are not spoiled by the clock of a node that is years behind, ahead, or not there', async () => {
    await place.file([blockOf('old', 1e6), blockOf('early', -100), wholeBlock('none', '/forensic.log')]);
    const text = await registry.metrics();
    expect(text).toContain('forensic_writer_criterion_to_file_seconds_sum 86400\n');
    expect(text).toContain('forensic_writer_criterion_to_file_seconds_count 2\n');
  });

  it('tell of blocks that were given up, and of files that grow because they can not be rotated', async () => {
    place.counters.unfinished = 2;
    place.counters.rotationsPutOff = 3;
    const text = await registry.metrics();
    expect(text).toContain('forensic_writer_unfinished_total 2\n');
    expect(text).toContain('forensic_writer_rotations_put_off_total 3\n');
  });

  it('tell what came again, what waits on the log, and what its disk holds', async () => {
    await place.file([blockOf('one', 1)]);
    await place.file([blockOf('one', 1)]);
    writeFileSync(join(place.base, 'journal-wal'), Buffer.alloc(10_000), { flag: 'a' });
    const text = await registry.metrics();
    expect(text).toContain('forensic_writer_repeated_total 1\n');
    expect(text).toContain('forensic_writer_lag_records{partition="1"} 4\n');
    expect(text).toContain('forensic_writer_headroom_bytes 7\n');
    expect(Number(/^forensic_writer_free_bytes (\S+)$/m.exec(text)?.[1])).toBeGreaterThan(0);
    expect(Number(/^forensic_writer_journal_bytes (\S+)$/m.exec(text)?.[1])).toBeGreaterThan(10_000);
  });
});
