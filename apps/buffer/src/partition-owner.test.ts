import type { Assignment, Batch, BusRecord, Commit, Consumer, OutgoingRecord, Producer } from '@fleet-forensics/shared/bus/port';
import { NotedTraces } from '../../../libs/shared/src/process/noted-traces.fixture.ts';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { BufferSettings } from '@fleet-forensics/shared/settings/buffer-settings';
import { BLOCKS, DEAD_LETTERS, SESSION_EVENTS } from '@fleet-forensics/shared/topics';
import { decodeBlockPart, decodeDeadLetter, encodeBatch } from '@fleet-forensics/shared/wire/codec';
import { beforeEach, describe, expect, it } from 'vitest';
import { noBufferCounts } from './buffer-counters.ts';
import { CHECKPOINT_BOUNDS } from './fold/checkpoint.ts';
import { Log, POLICY, criterion, sessionBatch } from './fold/log.fixture.ts';
import { CriterionTally } from './criterion-tally.ts';
import { PartitionOwner } from './partition-owner.ts';

const SETTINGS = readSettings(BufferSettings, { FF_BUFFER_COMMIT_MS: '0' });

/** Records what the owner asks of the bus, in order, and fails where told to. */
class RecordingBus implements Producer, Pick<Consumer, 'seek' | 'commit'> {
  readonly asked: string[] = [];
  readonly sent: { topic: string; record: OutgoingRecord }[] = [];
  readonly commits: Commit[] = [];
  isDown = false;
  /** A topic that can't be written. */
  down: string | undefined;

  async send(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    await Promise.resolve();
    if (this.isDown || topic === this.down) throw new Error('down');
    this.asked.push(`send ${topic}`);
    this.sent.push(...records.map((record) => ({ topic, record })));
  }

  seek(_: unknown, offset: number): void {
    this.asked.push(`seek ${offset}`);
  }

  async commit(_: unknown, commit: Commit): Promise<void> {
    await Promise.resolve();
    this.asked.push(`commit ${commit.offset}`);
    this.commits.push(commit);
  }
}

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

let bus: RecordingBus;
let traces: NotedTraces;

beforeEach(() => {
  bus = new RecordingBus();
  traces = new NotedTraces();
});

function ownerOf(
  committed: Commit | null,
  begin = 0,
  settings = SETTINGS,
  warn = (warning: string): unknown => expect.fail(warning),
): PartitionOwner {
  const assignment: Assignment = { topic: SESSION_EVENTS, partition: 3, epoch: 1, begin, end: 100, committed };
  const consumer = bus as unknown as Consumer;
  const told = { counters: noBufferCounts(), criteria: new CriterionTally() };
  return new PartitionOwner(assignment, { consumer, producer: bus, settings, bounds: CHECKPOINT_BOUNDS, ...told, warn, traces });
}

function batchOf(records: readonly BusRecord[]): Batch {
  return { topic: SESSION_EVENTS, partition: 3, epoch: 1, records, end: 100 };
}

function failedLogin(): Log {
  return new Log().batch('s', { policy: POLICY, lines: ['one'] }).batch('s', { criterion: criterion('FailedLogin') });
}

describe('the owner of a partition', () => {
  it('publishes a block before it commits that it did', async () => {
    await ownerOf(null).take(batchOf(failedLogin().records), 1);
    expect(bus.asked).toEqual(['seek 0', `send ${BLOCKS}`, 'commit 0']);
    expect(bus.commits).toEqual([{ offset: 0, metadata: '{"v":1,"position":2}' }]);
    expect(Buffer.from(bus.sent[0]!.record.key!).toString()).toBe('/forensic.log');
    expect(decodeBlockPart(bus.sent[0]!.record.value).header).toMatchObject({
      session: 's',
      sourcePartition: 3,
      sourceOffset: 1,
    });
  });

  it('keeps a block that it could not publish, commits nothing, and does not fold the records again that come again', async () => {
    const owner = ownerOf(null);
    const batch = batchOf(failedLogin().records);
    bus.isDown = true;
    await expect(owner.take(batch, 1)).rejects.toThrow('down');
    expect(bus.commits).toEqual([]);
    bus.isDown = false;
    await owner.take(batch, 2);
    expect(bus.sent).toHaveLength(1);
    expect(decodeBlockPart(bus.sent[0]!.record.value).header!.ledger.received).toBe(1);
    expect(bus.commits).toHaveLength(1);
  });

  it('is silent and commits nothing while it folds what was folded before', async () => {
    const owner = ownerOf({ offset: 0, metadata: '{"v":1,"position":3}' });
    const log = failedLogin()
      .batch('s', { lines: ['two'] })
      .batch('s', { criterion: criterion('FailedLogin') });
    await owner.take(batchOf(log.records.slice(0, 2)), 1);
    expect([owner.fold.isLive, bus.asked]).toEqual([false, ['seek 0']]);
    await owner.take(batchOf(log.records.slice(2)), 2);
    expect([owner.fold.isLive, bus.sent.length, bus.commits.length]).toEqual([true, 1, 1]);
  });

  it('sends a record that it can not use to the dead letters, with where it came from', async () => {
    await ownerOf(null).take(batchOf(new Log().raw(Buffer.from('junk')).records), 1);
    expect(bus.sent.map(({ topic }) => topic)).toEqual([DEAD_LETTERS]);
    expect(decodeDeadLetter(bus.sent[0]!.record.value)).toMatchObject({
      topic: SESSION_EVENTS,
      partition: 3,
      offset: 0,
      error: expect.stringMatching(/^FF_BAD_RECORD: /),
      value: Buffer.from('junk'),
    });
  });

  it('publishes nothing twice when only a part of it could be published', async () => {
    const owner = ownerOf(null);
    const batch = batchOf(failedLogin().raw(Buffer.from('junk')).records);
    bus.down = DEAD_LETTERS;
    await expect(owner.take(batch, 1)).rejects.toThrow('down');
    bus.down = undefined;
    await owner.take(batch, 2);
    expect(bus.sent.map(({ topic }) => topic)).toEqual([BLOCKS, DEAD_LETTERS]);
  });

  it('tells of a block that it can not encode, in its trace too, and goes on', async () => {
    const log = new Log().batch('s', { policy: { ...POLICY, bufferSize: 100_000 } });
    const damaged = { ...sessionBatch('s', {}), messages: Buffer.alloc(800_000, 0xff), messageCount: 1 };
    log
      .raw(encodeBatch(damaged))
      .raw(encodeBatch(damaged))
      .batch('s', { criterion: criterion('FailedLogin', { traceparent: TRACEPARENT }) });
    log.batch('t', { policy: POLICY, lines: ['one'], criterion: criterion('FailedLogin', { traceparent: TRACEPARENT }) });
    await ownerOf(null).take(batchOf(log.records), 1);
    expect(bus.sent.map(({ topic }) => topic)).toEqual([BLOCKS, DEAD_LETTERS]);
    expect(decodeDeadLetter(bus.sent[1]!.record.value)).toMatchObject({
      offset: 3,
      error: expect.stringMatching(/^FF_BAD_MESSAGE_LIST/),
    });
    expect(bus.commits.at(-1)!.metadata).toBe('{"v":1,"position":5}');
    expect(traces.ended).toEqual(['publish block: FF_BAD_MESSAGE_LIST', 'publish block']);
  });

  it('commits no more often than it is told, and what is left when it is asked', async () => {
    const lazy = readSettings(BufferSettings, { FF_BUFFER_COMMIT_MS: '1000' });
    const owner = ownerOf(null, 0, lazy);
    const { records } = failedLogin();
    await owner.take(batchOf(records.slice(0, 1)), 5000);
    await owner.take(batchOf(records.slice(1)), 5999);
    expect(bus.commits).toHaveLength(1);
    await owner.commit(6000);
    await owner.commit(6001);
    expect(bus.commits.map(({ metadata }) => metadata)).toEqual(['{"v":1,"position":1}', '{"v":1,"position":2}']);
  });

  it('writes no time while it folds what was folded before', async () => {
    const owner = ownerOf({ offset: 0, metadata: '{"v":1,"position":3}' });
    await owner.take(batchOf(failedLogin().records), 1);
    await owner.tick();
    expect(bus.sent).toEqual([]);
  });

  it('writes the time only while a session could be waiting for it', async () => {
    const owner = ownerOf(null);
    await owner.tick();
    await owner.take(batchOf(new Log().batch('s', { policy: POLICY }).records), 1);
    await owner.tick();
    expect(bus.sent.map(({ topic, record }) => [topic, record.partition])).toEqual([[SESSION_EVENTS, 3]]);
  });

  it('refuses a batch of an earlier assignment: folded, it would leave a hole in every ring', async () => {
    const owner = ownerOf(null);
    const late = { ...batchOf(failedLogin().records), epoch: 0 };
    await expect(owner.take(late, 1)).rejects.toMatchObject({ code: 'FF_PARTITION_LOST' });
    expect([owner.fold.position, bus.sent]).toEqual([0, []]);
  });

  it('commits nothing from outside while a batch is under way or unpublished', async () => {
    const owner = ownerOf(null);
    const taking = owner.take(batchOf(failedLogin().records), 1);
    await owner.commit(1);
    await taking;
    expect(bus.asked).toEqual(['seek 0', `send ${BLOCKS}`, 'commit 0']);
    bus.isDown = true;
    const more = failedLogin().batch('s', { criterion: criterion('FailedLogin') });
    await expect(owner.take(batchOf(more.records), 2)).rejects.toThrow('down');
    await owner.commit(3);
    expect(bus.commits).toHaveLength(1);
  });

  describe('with a session that holds the watermark back', () => {
    const small = Object.assign(readSettings(BufferSettings, { FF_BUFFER_COMMIT_MS: '0' }), { checkpointBytes: 1000 });
    const long = () => {
      const log = new Log().batch('long', { policy: { ...POLICY, bufferSize: 1 }, lines: ['one'] });
      for (let index = 0; index < 10; index++) {
        log.batch('passer-by', { lines: ['x'.repeat(200)], end: { reason: 'quit' } });
      }
      return log;
    };

    it('writes a checkpoint to its own partition, after the commit, and commits past it when it has come back', async () => {
      const owner = ownerOf(null, 0, small);
      const log = long();
      await owner.take({ ...batchOf(log.records), end: log.records.length }, 1);
      expect(bus.asked).toEqual(['seek 0', 'commit 0', `send ${SESSION_EVENTS}`]);
      const { record } = bus.sent[0]!;
      expect([Buffer.from(record.key!).toString(), record.partition]).toEqual(['ftp-1\0long', 3]);
      await owner.take(batchOf(log.raw(record.value).records.slice(-1)), 2);
      expect(bus.commits.at(-1)).toEqual({ offset: 11, metadata: '{"v":1,"position":12}' });
    });

    it('goes on if the checkpoint can not be written', async () => {
      const warnings: string[] = [];
      const owner = ownerOf(null, 0, small, (warning) => warnings.push(warning));
      const log = long();
      bus.down = SESSION_EVENTS;
      await owner.take({ ...batchOf(log.records), end: log.records.length }, 1);
      expect(warnings).toEqual([expect.stringMatching('1 checkpoints could not be written')]);
      bus.down = undefined;
      log.batch('long', { lines: ['two'] });
      await owner.take({ ...batchOf(log.records), end: log.records.length }, 2);
      expect(bus.sent).toHaveLength(1);
    });
  });
});
