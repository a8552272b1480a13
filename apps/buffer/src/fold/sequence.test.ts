import { describe, expect, it } from 'vitest';
import { Log, POLICY, blocksOf, criterion, foldAll, linesOf } from './log.fixture.ts';

function onlyBlock(log: Log): { lines: string[]; ledger: object } {
  const blocks = blocksOf(foldAll(log));
  expect(blocks).toHaveLength(1);
  return { lines: linesOf(blocks[0]!), ledger: blocks[0]!.header.ledger };
}

const failedAt = (seq: number) => ({ criterion: criterion('FailedLogin', { seq }) });

describe('numbered messages', () => {
  it('that come again are dropped and counted', () => {
    const log = new Log()
      .batch('s', { policy: POLICY, firstSeq: 1, lines: ['one', 'two'] })
      .again()
      .batch('s', failedAt(3));
    expect(onlyBlock(log)).toEqual({ lines: ['one', 'two'], ledger: expect.objectContaining({ received: 2, repeated: 2 }) });
  });

  it('that come again in part are cut where the new ones begin', () => {
    const log = new Log()
      .batch('s', { policy: POLICY, firstSeq: 1, lines: ['one', 'two'] })
      .batch('s', { firstSeq: 2, lines: ['two', 'three'], ...failedAt(4) });
    expect(onlyBlock(log)).toEqual({
      lines: ['one', 'two', 'three'],
      ledger: expect.objectContaining({ firstSeq: 1, lastSeq: 3, received: 3, repeated: 1, missing: 0 }),
    });
  });

  it('that are not there are counted as missing: before the first, in between and before the criterion', () => {
    const log = new Log()
      .batch('s', { policy: POLICY, firstSeq: 3, lines: ['three'] })
      .batch('s', { firstSeq: 6, lines: ['six'], ...failedAt(10) });
    expect(onlyBlock(log).ledger).toMatchObject({ missing: 2 + 2 + 3, received: 2, firstSeq: 3, lastSeq: 6 });
  });

  it('that the policy does not capture are not missing', () => {
    const log = new Log()
      .batch('s', { policy: POLICY, firstSeq: 1, lines: ['one'] })
      .batch('s', { firstSeq: 4, notCaptured: 2, lines: ['four'] })
      .batch('s', { notCaptured: 1, ...failedAt(6) });
    expect(onlyBlock(log).ledger).toMatchObject({ missing: 0, received: 2 });
  });

  it('do not take back what a later event said when they come again', () => {
    const log = new Log().batch('s', { policy: POLICY, firstSeq: 1, lines: ['one'], context: { user: 'old' } });
    const first = log.records[0]!.value;
    log
      .batch('s', { firstSeq: 2, lines: ['two'], context: { user: 'new' } })
      .raw(first)
      .batch('s', failedAt(3));
    expect(blocksOf(foldAll(log))[0]!.header.context).toEqual({ user: 'new' });
  });
});

describe('a criterion that comes again', () => {
  it('files its block once if it is numbered', () => {
    const log = new Log().batch('s', { policy: POLICY, firstSeq: 1, lines: ['one'], ...failedAt(2) }).again();
    expect(onlyBlock(log).lines).toEqual(['one']);
  });

  it('has the same block id in every fold and another one at another place', () => {
    const log = new Log().batch('s', { policy: POLICY, lines: ['one'], criterion: criterion('FailedLogin') }).again();
    const ids = () => blocksOf(foldAll(log)).map(({ id }) => id.toString('hex'));
    expect(ids()).toEqual(ids());
    expect(new Set(ids()).size).toBe(2);
  });
});

it('shows what the source itself dropped', () => {
  const log = new Log()
    .batch('s', { policy: POLICY, dropped: 7, lines: ['one'] })
    .batch('s', { criterion: criterion('FailedLogin') });
  expect(onlyBlock(log).ledger).toMatchObject({ droppedAtSource: 7, received: 1, firstSeq: 0 });
});
