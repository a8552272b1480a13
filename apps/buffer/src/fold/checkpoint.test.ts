import { decodeSessionRecord } from '@fleet-forensics/shared/wire/codec';
import { encodeCheckpointPart } from '@fleet-forensics/shared/wire/checkpoint-codec';
import type { CheckpointPart } from '@fleet-forensics/shared/wire/checkpoint';
import { MAX_RECORD_BYTES } from '@fleet-forensics/shared/wire/limits';
import { describe, expect, it } from 'vitest';
import { CHECKPOINT_BOUNDS, encodeCheckpoint } from './checkpoint.ts';
import { Log, POLICY, blocksOf, criterion, foldAll, linesOf } from './log.fixture.ts';
import { PartitionFold } from './partition-fold.ts';
import type { Session } from './session.ts';

function sessionOf(fold: PartitionFold): Session {
  return [...fold.sessions()][0]!.session;
}

/** A session of 40 lines of 50 KB: too much for one record. */
function longSession(): Log {
  const log = new Log().batch('s', { policy: POLICY, context: { user: 'tj' }, keepAliveS: 5 });
  for (let line = 0; line < 40; line++) log.batch('s', { firstSeq: line + 1, lines: [`${line} ${'x'.repeat(50_000)}`] });
  return log;
}

/** Writes a checkpoint of the log's only session, as of its end. */
function checkpoint(log: Log, fold: PartitionFold): Buffer[] {
  foldAll(log, fold);
  const values = encodeCheckpoint(sessionOf(fold), fold.position - 1, CHECKPOINT_BOUNDS);
  for (const value of values) log.raw(value);
  return values;
}

function partOf(value: Buffer): CheckpointPart {
  const record = decodeSessionRecord(value);
  if (record.kind !== 'checkpoint') throw new Error('not a checkpoint');
  return record.part;
}

describe('a checkpoint', () => {
  it('of a long ring goes in parts that each fit a record, and gives back every line', () => {
    const log = longSession();
    const fold = new PartitionFold(0, 0, 0);
    const values = checkpoint(log, fold);
    expect(values.length).toBe(3);
    expect(Math.max(...values.map(({ length }) => length))).toBeLessThan(MAX_RECORD_BYTES);
    foldAll(log, fold);
    const restarted = new PartitionFold(0, fold.watermark(), fold.position);
    expect(fold.watermark()).toBe(41);
    log.batch('s', { criterion: criterion('FailedLogin', { seq: 41 }) });
    expect(blocksOf(foldAll(log, restarted))).toEqual(blocksOf(foldAll(log, fold)));
    expect(restarted.counters.checkpoints).toBe(1);
  });

  it('is the same, byte for byte, whoever writes it: also a worker that was founded on one itself', () => {
    const log = longSession();
    const fold = new PartitionFold(0, 0, 0);
    checkpoint(log, fold);
    for (let line = 40; line < 50; line++) log.batch('s', { firstSeq: line + 1, lines: [`line ${line}`] });
    foldAll(log, fold);
    const restarted = new PartitionFold(0, fold.watermark(), fold.position);
    foldAll(log, restarted);
    const asOf = fold.position - 1;
    const written = [fold, restarted].map((each) => encodeCheckpoint(sessionOf(each), asOf, CHECKPOINT_BOUNDS));
    expect(written[0]).toEqual(written[1]);
  });

  it('counts when its last missing part has come, in any order and with repeats', () => {
    const log = longSession();
    const fold = new PartitionFold(0, 0, 0);
    foldAll(log, fold);
    const [first, second, third] = encodeCheckpoint(sessionOf(fold), fold.position - 1, CHECKPOINT_BOUNDS);
    const watermarks = [third!, first!, third!, second!].map((part) => {
      foldAll(log.raw(part), fold);
      return fold.watermark();
    });
    expect(watermarks).toEqual([0, 0, 0, 41]);
  });

  it('of a session that has ended is passed over', () => {
    const log = new Log().batch('s', { policy: POLICY, lines: ['one'] });
    const fold = new PartitionFold(0, 0, 0);
    foldAll(log, fold);
    const [value] = encodeCheckpoint(sessionOf(fold), 0, CHECKPOINT_BOUNDS);
    log.batch('s', { end: { reason: 'quit' } }).raw(value!);
    foldAll(log, fold);
    const replayed = new PartitionFold(0, 0, 3);
    foldAll(log, replayed);
    expect([fold.sessionCount, replayed.sessionCount]).toEqual([0, 0]);
  });

  it('keeps what a session knows before its first policy', () => {
    const log = new Log().batch('s', { lines: ['early'] });
    const fold = new PartitionFold(0, 0, 0);
    checkpoint(log, fold);
    foldAll(log, fold);
    const restarted = new PartitionFold(0, fold.watermark(), fold.position);
    log.batch('s', { policy: POLICY, criterion: criterion('FailedLogin') });
    expect(blocksOf(foldAll(log, restarted)).map(linesOf)).toEqual([['early']]);
  });

  it('that is damaged is told as poison, and changes nothing', () => {
    const log = new Log().batch('s', { policy: POLICY, lines: ['one', 'two'] });
    const fold = new PartitionFold(0, 0, 0);
    foldAll(log, fold);
    const part = partOf(encodeCheckpoint(sessionOf(fold), 0, CHECKPOINT_BOUNDS)[0]!);
    const state = part.state!;
    const damaged: CheckpointPart[] = [
      { ...part, messages: part.messages.subarray(1) },
      { ...part, state: { ...state, ringCount: 3 } },
      { ...part, part: 1 },
      { ...part, parts: 0 },
    ];
    for (const each of damaged) log.raw(encodeCheckpointPart(each));
    log.raw(encodeCheckpointPart({ ...part, parts: 2 })).raw(encodeCheckpointPart({ ...part, part: 1, parts: 3 }));
    const effects = foldAll(log, fold);
    expect(effects.map(({ kind }) => kind)).toEqual(Array(5).fill('poison'));
    expect(fold.watermark()).toBe(0);
    const replayed = new PartitionFold(0, 0, log.records.length);
    foldAll(log, replayed);
    log.batch('s', { criterion: criterion('FailedLogin') });
    expect(blocksOf(foldAll(log, replayed)).map(linesOf)).toEqual([['one', 'two']]);
    expect(replayed.counters.poison).toBe(5);
  });
});
