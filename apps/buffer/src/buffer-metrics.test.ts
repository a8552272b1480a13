import type { Assignment, BusRecord, Consumer } from '@fleet-forensics/shared/bus/port';
import { registerMetrics } from '@fleet-forensics/shared/metrics/metric';
import { BufferSettings } from '@fleet-forensics/shared/settings/buffer-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { SESSION_EVENTS } from '@fleet-forensics/shared/topics';
import { encodePosition } from '@fleet-forensics/shared/wire/commit-position';
import { Registry } from 'prom-client';
import { beforeEach, describe, expect, it } from 'vitest';
import { bufferMetrics } from './buffer-metrics.ts';
import { criterion, Log, POLICY } from './fold/log.fixture.ts';
import { SessionBuffer } from './session-buffer.ts';

const CONSUMER = { seek: () => {}, commit: async () => {}, heartbeat: async () => {} } as unknown as Consumer;
const END = 20;

let nowMs: number;
let buffer: SessionBuffer;
let registry: Registry;

beforeEach(() => {
  nowMs = 0;
  buffer = new SessionBuffer({
    producer: { send: async () => {} },
    settings: readSettings(BufferSettings, {}),
    warn: (warning) => expect.fail(warning),
    now: () => nowMs,
  });
  registry = new Registry();
  const partitions = [{ topic: SESSION_EVENTS, partition: 3, next: 0, end: END }];
  registerMetrics(registry, bufferMetrics(buffer, { partitions }));
});

/** As the group left it: everything below `position` was done by an earlier owner. */
function assigned(position = 0): void {
  const committed = { offset: 0, metadata: encodePosition(position) };
  const assignment: Assignment = { topic: SESSION_EVENTS, partition: 3, epoch: 1, begin: 0, end: END, committed };
  buffer.assigned([assignment], CONSUMER);
}

async function take(records: readonly BusRecord[]): Promise<void> {
  await buffer.take({ topic: SESSION_EVENTS, partition: 3, epoch: 1, records, end: END }, CONSUMER);
}

async function scraped(): Promise<string> {
  return registry.metrics();
}

/** Ten messages in a ring of four, of which the numbers 11 and 12 never came, and a block. */
function evictingLog(): Log {
  const policy = { ...POLICY, bufferSize: 4 };
  const lines = Array.from({ length: 10 }, (_, index) => `line ${index}`);
  const log = new Log().batch('s', { policy, firstSeq: 1, lines: lines.slice(0, 5) });
  log.batch('s', { firstSeq: 6, lines: lines.slice(5) });
  return log.batch('s', { criterion: criterion('FailedLogin', { seq: 13 }) });
}

describe('the metrics of a buffer', () => {
  it('tell how far it is behind the log by the position, also while it restores what was done before', async () => {
    assigned(8);
    expect(await scraped()).toContain('forensic_buffer_true_lag_records{partition="3"} 12\n');
    await take(evictingLog().records);
    expect(await scraped()).toContain('forensic_buffer_true_lag_records{partition="3"} 12\n');
    expect(await scraped()).toContain('forensic_buffer_restoring_partitions 1\n');
  });

  it('tell what rings could not keep and what never came, when the block says it too', async () => {
    assigned();
    await take(evictingLog().records);
    const text = await scraped();
    expect(text).toContain('forensic_buffer_messages_total 10\n');
    expect(text).toMatch(/^forensic_buffer_evicted_total [56]$/m);
    expect(text).toContain('forensic_buffer_missing_total 2\n');
    expect(text).toContain('forensic_buffer_blocks_total{criterion="FailedLogin"} 1\n');
    expect(text).toContain('forensic_buffer_rings 1\n');
  });

  it('tell what a session lacked that ended without a block', async () => {
    assigned();
    await take(
      new Log().batch('s', { policy: POLICY, firstSeq: 4, lines: ['four'] }).batch('s', { end: { reason: '' } }).records,
    );
    expect(await scraped()).toContain('forensic_buffer_missing_total 3\n');
  });

  it('do not count again what an earlier owner counted, but that it was replayed, and how long that took', async () => {
    const { records } = evictingLog();
    assigned(records.length);
    nowMs = 3000;
    await take(records);
    const text = await scraped();
    expect(text).toContain('forensic_buffer_messages_total 0\n');
    expect(text).toContain('forensic_buffer_replayed_messages_total 10\n');
    expect(text).toContain('forensic_buffer_missing_total 0\n');
    expect(text).toContain('forensic_buffer_evicted_total 0\n');
    expect(text).toContain('forensic_buffer_blocks_total{criterion="FailedLogin"} 0\n');
    expect(text).toContain('forensic_buffer_restore_seconds_sum 3\n');
    expect(text).toContain('forensic_buffer_restore_seconds_count 1\n');
  });

  it('have one name for all criteria that publishers make up', async () => {
    assigned();
    const criteria = ['Mine', 'constructor', '__proto__'];
    const log = new Log();
    for (const name of criteria) {
      log.batch(name, { policy: { ...POLICY, criteria }, lines: ['one'], criterion: criterion(name) });
    }
    await take(log.records);
    const text = await scraped();
    expect(text).toContain('forensic_buffer_blocks_total{criterion="other"} 3\n');
    expect(text.match(/^forensic_buffer_blocks_total\{/gm)).toHaveLength(5);
  });

  it('keep their numbers when partitions go to other buffers', async () => {
    assigned();
    await take(evictingLog().records);
    await buffer.revoked([{ topic: SESSION_EVENTS, partition: 3, epoch: 1 }]);
    const text = await scraped();
    expect(text).toContain('forensic_buffer_messages_total 10\n');
    expect(text).toContain('forensic_buffer_missing_total 2\n');
    expect(text).not.toContain('forensic_buffer_true_lag_records{');
  });
});
