import { describe, expect, it } from 'vitest';
import { ConstantPolicy } from '../policy/policy-source.ts';
import { Packing, POLICY, context, criterion, dropped, end, message } from './packing.fixture.ts';
import { Receipt } from './receipt.ts';

describe('a record', () => {
  it('closes at its bound of messages, so that no request waits for a busy session', () => {
    const packing = new Packing({ batchLines: 2 }).add(message('a'), message('b'), message('c'));
    expect(packing.closed()).toEqual([{ messageCount: 2, lines: ['a', 'b'], policy: 1 }]);
    expect(packing.all()).toEqual([{ messageCount: 1, lines: ['c'] }]);
  });

  it('closes at its bound of bytes', () => {
    const packing = new Packing({ batchBytes: 1024 }).add(message('x'.repeat(500)), message('y'.repeat(500)), message('z'));
    expect(packing.closed()).toMatchObject([{ messageCount: 2 }]);
  });

  it('closes when its time is up, counted from its first event, and not before', () => {
    const packing = new Packing().add(context({ user: 'tj' }));
    packing.nowMs = 5;
    packing.add(message('a'), message('b', 0, 5, 'later'));
    expect(packing.packer.nextDueMs).toBe(10);
    packing.nowMs = 9;
    packing.packer.closeDue();
    expect(packing.closed()).toEqual([]);
    packing.nowMs = 10;
    packing.packer.closeDue();
    expect(packing.closed()).toEqual([{ context: { user: 'tj' }, messageCount: 1, lines: ['a'], policy: 1 }]);
    expect(packing.packer.nextDueMs).toBe(15);
  });

  it('closes at once with a criterion, the messages before it in the same record', () => {
    const packing = new Packing().add(context({ user: 'tj' }), message('a', 1), criterion(2));
    expect(packing.closed()).toEqual([
      {
        context: { user: 'tj' },
        firstSeq: 1,
        messageCount: 1,
        lines: ['a'],
        policy: 1,
        criterion: { name: 'FailedLogin', seq: 2, timeUs: 0, detail: '', requestedBy: '' },
      },
    ]);
  });

  it('closes at once with the end, and what comes after it is a session of its own', () => {
    const packing = new Packing().add(message('a'), end(), message('b'));
    expect(packing.all()).toEqual([
      { messageCount: 1, lines: ['a'], policy: 1, end: { reason: 'quit' } },
      { messageCount: 1, lines: ['b'], policy: 1 },
    ]);
  });

  it('never puts a context behind a message: a repeat of the message would take the context with it', () => {
    const packing = new Packing().add(message('a', 1), context({ user: 'tj' }), message('b', 2));
    expect(packing.all()).toMatchObject([{ lines: ['a'] }, { context: { user: 'tj' }, lines: ['b'] }]);
  });

  it('merges the contexts that it is told, field by field', () => {
    const open = { kind: 'open', node: 'n', session: 's', context: { user: 'a', uid: 1 }, keepAliveS: 30 } as const;
    const keepAlive = { kind: 'keepAlive', node: 'n', session: 's' } as const;
    expect(new Packing().add(open, context({ user: 'b' }), keepAlive).all()).toEqual([
      { open: true, keepAliveS: 30, keepAlive: true, context: { user: 'b', uid: 1 }, policy: 1 },
    ]);
  });

  it('says the promise of its session anew, for the last record alone tells whether a silent node is lost', () => {
    const open = { kind: 'open', node: 'n', session: 's', context: {}, keepAliveS: 30 } as const;
    const packing = new Packing({ batchLines: 1 }).add(
      open,
      message('a'),
      message('b'),
      { ...open, keepAliveS: 0 },
      message('c'),
    );
    expect(packing.all().map(({ lines, keepAliveS }) => [lines, keepAliveS])).toEqual([
      [['a'], 30],
      [['b'], 30],
      [['c'], undefined],
    ]);
  });
});

describe('sequence numbers', () => {
  it('are without a hole inside a record: the ledger finds a hole only between records', () => {
    const packing = new Packing().add(message('a', 1), message('b', 2), message('d', 4), message('d again', 4), message('e', 5));
    expect(packing.all()).toMatchObject([
      { firstSeq: 1, lines: ['a', 'b'] },
      { firstSeq: 4, lines: ['d'] },
      { firstSeq: 4, lines: ['d again', 'e'] },
    ]);
  });

  it('are not mixed with messages that have none', () => {
    const packing = new Packing().add(message('a', 1), message('x'), message('y'), message('b', 2));
    expect(packing.all().map(({ firstSeq, lines }) => [firstSeq, lines])).toEqual([
      [1, ['a']],
      [undefined, ['x', 'y']],
      [2, ['b']],
    ]);
  });

  it('that were seen before can not take an unnumbered criterion with them', () => {
    const packing = new Packing().add(message('a', 1), criterion());
    expect(packing.all()).toMatchObject([{ lines: ['a'] }, { criterion: { name: 'FailedLogin' } }]);
  });

  it('are for one thing each: a criterion under that of the message before it would be lost as a repeat', () => {
    const packing = new Packing().add(message('a', 1), message('b', 2), message('other', 3, 5, 'other'));
    expect(packing.packer.add(criterion(2), new Receipt())).toBe(false);
    expect(packing.packer.add(criterion(3), new Receipt())).toBe(true);
    expect(packing.closed()).toMatchObject([{ lines: ['a', 'b'], criterion: { seq: 3 } }]);
  });

  it('that come again are taken again, for it may be the first answer that was lost', () => {
    const packing = new Packing();
    const taken = [message('a', 1), message('b', 2), criterion(3), message('a', 1), message('b', 2), criterion(3), criterion(3)];
    expect(taken.map((event) => packing.packer.add(event, new Receipt()))).not.toContain(false);
  });

  it('of a criterion that comes again keep it apart from messages that came since: they would be flushed into its repeat', () => {
    const packing = new Packing().add(message('d', 4), criterion(3));
    expect(packing.all().map(({ lines, criterion: repeat }) => [lines, repeat?.seq])).toEqual([
      [['d'], undefined],
      [undefined, 3],
    ]);
  });

  it('stand behind the loss that the source tells of', () => {
    const packing = new Packing().add(message('a', 1), dropped(3), dropped(4), message('b', 9));
    expect(packing.all()).toMatchObject([{ lines: ['a'] }, { dropped: 7, firstSeq: 9, lines: ['b'] }]);
  });
});

describe('a type that the policy does not capture', () => {
  const onlySyslog = new ConstantPolicy({ ...POLICY, capture: [2] });

  it('is counted before the next number, so that no ledger calls it missing', () => {
    const packing = new Packing({}, onlySyslog).add(
      message('a', 1, 2),
      message('no', 2, 5),
      message('no', 3, 5),
      message('b', 4, 2),
      message('no', 5, 5),
      criterion(6),
    );
    expect(packing.all()).toMatchObject([
      { firstSeq: 1, lines: ['a'] },
      { firstSeq: 4, lines: ['b'], notCaptured: 2 },
      { notCaptured: 1, criterion: { seq: 6 } },
    ]);
    expect(packing.counters).toMatchObject({ ignored: 3, messages: 2 });
  });

  it('is counted once, even if it comes again', () => {
    const twice = [message('no', 1, 5), message('no', 2, 5)];
    expect(new Packing({}, onlySyslog).add(...twice, ...twice, message('a', 3, 2)).all()).toMatchObject([{ notCaptured: 2 }]);
  });

  it('without a number neither counts nor splits the record of its neighbours', () => {
    const packing = new Packing({}, onlySyslog).add(message('a', 1, 2), message('no', 0, 5), message('b', 2, 2));
    expect(packing.all()).toEqual([{ firstSeq: 1, messageCount: 2, lines: ['a', 'b'], policy: 1 }]);
  });

  it('makes no record of its own', () => {
    expect(new Packing({}, onlySyslog).add(message('no', 1, 5)).all()).toEqual([]);
  });
});
