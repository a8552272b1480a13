import { setImmediate as nextTurn } from 'node:timers/promises';
import { decodeSessionRecord } from '@fleet-forensics/shared/wire/codec';
import type { OutgoingRecord, Producer } from '@fleet-forensics/shared/bus/port';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { PackerBounds } from './packer.ts';
import { Packing, criterion, dropped, end, linesOf, message } from './packing.fixture.ts';
import { Publisher } from './publisher.ts';
import { Receipt } from './receipt.ts';

interface Send {
  readonly topic: string;
  readonly records: readonly OutgoingRecord[];
  resolve(): void;
  reject(error: unknown): void;
}

/** A log whose sends settle when the test says so. */
class HeldLog implements Producer {
  readonly sends: Send[] = [];

  send(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.sends.push({ topic, records, resolve, reject });
    return promise;
  }

  lines(send: number): string[][] {
    return this.sends[send]!.records.map(({ value }) => {
      const record = decodeSessionRecord(value);
      return record.kind === 'batch' ? linesOf(record.batch.messages) : [];
    });
  }
}

function setUp(bounds: Partial<PackerBounds> = {}) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'] });
  const packing = new Packing(bounds);
  const log = new HeldLog();
  const publisher = new Publisher(packing.packer, log, packing.counters, () => packing.nowMs);
  const pass = (ms: number) => {
    packing.nowMs += ms;
    vi.advanceTimersByTime(ms);
  };
  return { packing, log, publisher, pass };
}

async function isSettled(settling: Promise<void>): Promise<boolean> {
  let isDone = false;
  const done = () => {
    isDone = true;
  };
  settling.then(done, done);
  // Behind every microtask that is due; this timer is not one of the fake ones.
  await nextTurn();
  return isDone;
}

const UNAVAILABLE = new ForensicsError('FF_LOG_UNAVAILABLE', 'disk full');

describe('the publisher', () => {
  afterEach(() => vi.useRealTimers());

  it('sends what closed in one turn at once, under the key of its session', () => {
    const { log, publisher, pass } = setUp();
    for (const session of ['a', 'b']) publisher.add(message('x', 0, 5, session), new Receipt());
    pass(9);
    expect(log.sends).toEqual([]);
    pass(2);
    expect(log.sends).toHaveLength(1);
    expect(log.sends[0]).toMatchObject({ topic: 'forensic.session-events' });
    expect(log.sends[0]!.records.map(({ key }) => String(key))).toEqual(['n\0a', 'n\0b']);
  });

  it('sends a criterion in the same turn, whatever the time that others wait', () => {
    const { log, publisher, pass } = setUp();
    publisher.add(message('x'), new Receipt());
    publisher.add(criterion(), new Receipt());
    pass(1);
    expect(log.lines(0)).toEqual([['x']]);
  });

  it('keeps a record back while another one of its session is on its way, and no other session', async () => {
    const { log, publisher, pass } = setUp();
    for (const text of ['one', 'two', 'three']) {
      publisher.add(message(text), new Receipt());
      publisher.add(criterion(), new Receipt());
      pass(1);
    }
    publisher.add(criterion(0, 'other'), new Receipt());
    pass(1);
    expect([log.lines(0), log.lines(1)]).toEqual([[['one']], [[]]]);
    log.sends[0]!.resolve();
    await nextTurn();
    expect(log.lines(2)).toEqual([['two'], ['three']]);
  });

  it('lets no record of a session follow a lost one: a repeat could not fill the hole', async () => {
    const { log, publisher, pass, packing } = setUp();
    const [lost, held, open, later] = [new Receipt(), new Receipt(), new Receipt(), new Receipt()];
    publisher.add(message('one', 1), lost);
    publisher.add(criterion(2), lost);
    pass(1);
    publisher.add(message('three', 3), held);
    publisher.add(criterion(4), held);
    pass(1);
    publisher.add(message('five', 5), open);
    log.sends[0]!.reject(UNAVAILABLE);
    for (const receipt of [lost, held, open]) await expect(receipt.settled()).rejects.toBe(UNAVAILABLE);
    expect(log.sends).toHaveLength(1);
    expect(packing.counters).toMatchObject({ batches: 0, failedBatches: 3 });
    publisher.add(message('one', 1), later);
    pass(11);
    expect(log.lines(1)).toEqual([['one']]);
  });

  it.each([
    ['that is forgotten meanwhile', message('x', 0, 5, 'other')],
    ['that ends meanwhile', end()],
  ])('knows of the record on its way of a session %s, so that what follows leaves no hole', async (_what, event) => {
    const { log, publisher, pass, packing } = setUp({ sessions: 1, batchLines: 1 });
    const [lost, held, open] = [new Receipt(), new Receipt(), new Receipt()];
    publisher.add(message('one', 1), lost);
    publisher.add(event, new Receipt());
    pass(1);
    publisher.add(message('two', 2), held);
    pass(1);
    publisher.add(dropped(1), open);
    log.sends[0]!.reject(UNAVAILABLE);
    for (const receipt of [lost, held, open]) await expect(receipt.settled()).rejects.toBe(UNAVAILABLE);
    expect(log.sends.slice(1).flatMap((_, send) => log.lines(send + 1).flat())).not.toContain('two');
    expect(packing.packer.activeSessions).toBe(0);
  });

  it('settles a request only when every record that holds one of its events is durable', async () => {
    const { log, publisher, pass, packing } = setUp();
    const [first, second] = [new Receipt(), new Receipt()];
    publisher.add(message('x'), first);
    publisher.add(message('y'), second);
    publisher.add(criterion(), first);
    publisher.add(message('z'), first);
    pass(1);
    pass(10);
    const settling = [first.settled(), second.settled()];
    log.sends[0]!.resolve();
    await settling[1];
    expect(log.sends).toHaveLength(2);
    expect(await isSettled(settling[0]!)).toBe(false);
    log.sends[1]!.resolve();
    await settling[0];
    expect(packing.counters).toMatchObject({ batches: 2, failedBatches: 0 });
  });

  it('tells every waiting request when its record could not be written, and no other', async () => {
    const { log, publisher, pass, packing } = setUp();
    const [first, second, other] = [new Receipt(), new Receipt(), new Receipt()];
    publisher.add(message('x'), first);
    publisher.add(criterion(), second);
    pass(1);
    publisher.add(message('y', 0, 5, 'other'), other);
    pass(11);
    log.sends[0]!.reject(UNAVAILABLE);
    log.sends[1]!.resolve();
    await expect(first.settled()).rejects.toBe(UNAVAILABLE);
    await expect(second.settled()).rejects.toBe(UNAVAILABLE);
    await other.settled();
    expect(packing.counters).toMatchObject({ batches: 1, failedBatches: 1 });
  });

  it('closes with nothing left open or on its way', async () => {
    const { log, publisher } = setUp();
    const receipt = new Receipt();
    publisher.add(message('x'), receipt);
    const closing = publisher.close();
    expect(log.lines(0)).toEqual([['x']]);
    expect(await isSettled(closing)).toBe(false);
    log.sends[0]!.resolve();
    await closing;
    await receipt.settled();
  });
});
