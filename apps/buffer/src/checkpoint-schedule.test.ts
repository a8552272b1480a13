import { decodeSessionRecord } from '@fleet-forensics/shared/wire/codec';
import { describe, expect, it } from 'vitest';
import { CheckpointSchedule, type DueCheckpoints } from './checkpoint-schedule.ts';
import { CHECKPOINT_BOUNDS } from './fold/checkpoint.ts';
import { Log, POLICY, foldAll } from './fold/log.fixture.ts';
import { PartitionFold } from './fold/partition-fold.ts';

const KIB = 1024;
const SMALL_RING = { ...POLICY, bufferSize: 1 };

function sessionsOf({ records }: DueCheckpoints): string[] {
  return records.map(({ value }) => {
    const record = decodeSessionRecord(value);
    if (record.kind !== 'checkpoint') throw new Error('not a checkpoint');
    return record.part.session;
  });
}

/** Traffic of other sessions, which end. */
function passBy(log: Log, bytes: number): void {
  for (let written = 0; written < bytes; written += KIB) {
    log.batch('passer-by', { lines: ['x'.repeat(KIB)], end: { reason: 'quit' } });
  }
}

describe('a checkpoint is due', () => {
  it('when the partition has grown enough since what a restart needs of the session', () => {
    const schedule = new CheckpointSchedule(64 * KIB, CHECKPOINT_BOUNDS);
    const log = new Log().batch('long', { policy: SMALL_RING, lines: ['one'] });
    const fold = new PartitionFold(0, 0, 0);
    passBy(log, 60 * KIB);
    log.batch('young', { policy: SMALL_RING, lines: ['one'] });
    foldAll(log, fold);
    expect(schedule.due(fold, fold.position).count).toBe(0);
    passBy(log, 8 * KIB);
    foldAll(log, fold);
    expect(sessionsOf(schedule.due(fold, fold.position))).toEqual(['long']);
  });

  it('not before it has grown by four times the rings: else checkpoints would be most of the log', () => {
    const schedule = new CheckpointSchedule(1 * KIB, CHECKPOINT_BOUNDS);
    const log = new Log().batch('long', { policy: POLICY, lines: ['x'.repeat(10 * KIB)] });
    const fold = new PartitionFold(0, 0, 0);
    passBy(log, 25 * KIB);
    foldAll(log, fold);
    expect(schedule.due(fold, fold.position).count).toBe(0);
    passBy(log, 25 * KIB);
    foldAll(log, fold);
    expect(schedule.due(fold, fold.position).count).toBe(1);
  });

  it('once, until it has come back, and again when the partition has grown again', () => {
    const schedule = new CheckpointSchedule(16 * KIB, CHECKPOINT_BOUNDS);
    const log = new Log().batch('long', { policy: SMALL_RING, lines: ['one'] });
    const fold = new PartitionFold(0, 0, 0);
    passBy(log, 20 * KIB);
    foldAll(log, fold);
    const [written] = schedule.due(fold, fold.position).records;
    expect(schedule.due(fold, fold.position).count).toBe(0);
    foldAll(log.raw(written!.value), fold);
    expect([schedule.due(fold, fold.position).count, fold.watermark()]).toEqual([0, fold.position - 1]);
    passBy(log, 20 * KIB);
    foldAll(log, fold);
    expect(schedule.due(fold, fold.position).count).toBe(1);
  });

  it('again when it could not be written, or was lost on the way', () => {
    const bounds = { ...CHECKPOINT_BOUNDS, window: 8 };
    const schedule = new CheckpointSchedule(16 * KIB, bounds);
    const log = new Log().batch('long', { policy: SMALL_RING, lines: ['one'] });
    const fold = new PartitionFold(0, 0, 0);
    passBy(log, 20 * KIB);
    foldAll(log, fold);
    expect(schedule.due(fold, fold.position).count).toBe(1);
    schedule.failed();
    expect(schedule.due(fold, fold.position).count).toBe(1);
    passBy(log, 9 * KIB);
    foldAll(log, fold);
    expect(schedule.due(fold, fold.position).count).toBe(1);
  });

  it('not while the fold lies far behind the end of the log: it would come too late to count', () => {
    const schedule = new CheckpointSchedule(16 * KIB, CHECKPOINT_BOUNDS);
    const log = new Log().batch('long', { policy: SMALL_RING, lines: ['one'] });
    const fold = new PartitionFold(0, 0, 0);
    passBy(log, 20 * KIB);
    foldAll(log, fold);
    expect(schedule.due(fold, fold.position + CHECKPOINT_BOUNDS.window).count).toBe(0);
    expect(schedule.due(fold, fold.position + 1).count).toBe(1);
  });

  it('not again because of its own checkpoint and those of its like: the log would grow by itself', () => {
    const schedule = new CheckpointSchedule(16 * KIB, CHECKPOINT_BOUNDS);
    const log = new Log();
    for (let session = 0; session < 200; session++) log.batch(`idle-${session}`, { policy: POLICY });
    const fold = new PartitionFold(0, 0, 0);
    passBy(log, 500 * KIB);
    foldAll(log, fold);
    const rounds = Array.from({ length: 3 }, () => {
      const { count, records } = schedule.due(fold, fold.position);
      for (const { value } of records) log.raw(value);
      foldAll(log, fold);
      return count;
    });
    expect(rounds).toEqual([200, 0, 0]);
  });

  it('for no more sessions at once than can come back in time to count', () => {
    const bounds = { ...CHECKPOINT_BOUNDS, window: 40 };
    const schedule = new CheckpointSchedule(16 * KIB, bounds);
    const log = new Log();
    for (let session = 0; session < 30; session++) log.batch(`idle-${session}`, { policy: POLICY });
    const fold = new PartitionFold(0, 0, 0, bounds.window);
    passBy(log, 100 * KIB);
    foldAll(log, fold);
    const { count, records } = schedule.due(fold, fold.position);
    for (const { value } of records) log.raw(value);
    foldAll(log, fold);
    expect([count, fold.counters.checkpoints, fold.counters.lateCheckpoints]).toEqual([10, 10, 0]);
  });
});
