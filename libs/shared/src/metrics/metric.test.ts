import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { durationHistogram, type Metric, registerMetrics } from './metric.ts';

const HELP = 'of a test';

async function scraped(...metrics: readonly Metric[]): Promise<string[]> {
  const registry = new Registry();
  registerMetrics(registry, metrics);
  return (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('a metric', () => {
  it('tells what its number is at the scrape, each time', async () => {
    let filed = 1;
    const registry = new Registry();
    registerMetrics(registry, [{ kind: 'counter', name: 'forensic_filed_total', help: HELP, read: () => filed }]);
    expect(await registry.metrics()).toContain('forensic_filed_total 1\n');
    filed = 3;
    expect(await registry.metrics()).toContain('forensic_filed_total 3\n');
  });

  it('tells numbers by its label, and those that come later too', async () => {
    const read = () => ({ bad_line: 2, too_long: 0 });
    expect(await scraped({ kind: 'counter', name: 'forensic_rejected_total', help: HELP, label: 'code', read })).toEqual([
      'forensic_rejected_total{code="bad_line"} 2',
      'forensic_rejected_total{code="too_long"} 0',
    ]);
  });

  it('is left out while it is not known, in place of a number that alarms somebody', async () => {
    expect(await scraped({ kind: 'gauge', name: 'forensic_free_bytes', help: HELP, read: () => undefined })).toEqual([]);
  });

  it('that can not be read now does not take the others along, just when they are needed', async () => {
    const gone = () => {
      throw new Error('EIO');
    };
    const free: Metric = { kind: 'gauge', name: 'forensic_free_bytes', help: HELP, read: gone };
    const lag: Metric = { ...free, name: 'forensic_lag_records', label: 'partition' };
    const filed: Metric = { kind: 'counter', name: 'forensic_filed_total', help: HELP, read: () => 1 };
    expect(await scraped(free, lag, filed)).toEqual(['forensic_filed_total 1']);
  });

  it('of several services in one process has the numbers of all of them', async () => {
    const letters = (stage: string, count: number): Metric => ({
      kind: 'counter',
      name: 'forensic_dead_letters_total',
      help: HELP,
      label: 'stage',
      read: () => ({ [stage]: count }),
    });
    expect(await scraped(letters('buffer', 1), letters('writer', 2))).toEqual([
      'forensic_dead_letters_total{stage="buffer"} 1',
      'forensic_dead_letters_total{stage="writer"} 2',
    ]);
  });

  it('of durations counts them by their upper bounds', async () => {
    const restored = durationHistogram('forensic_restore_seconds', HELP, [1, 10]);
    restored.observe(0.5);
    restored.observe(20);
    expect(await scraped(restored)).toEqual([
      'forensic_restore_seconds_bucket{le="1"} 1',
      'forensic_restore_seconds_bucket{le="10"} 1',
      'forensic_restore_seconds_bucket{le="+Inf"} 2',
      'forensic_restore_seconds_sum 20.5',
      'forensic_restore_seconds_count 2',
    ]);
  });
});
