import { describe, expect, it } from 'vitest';
import { Log, POLICY, blocksOf, criterion, foldAll, linesOf } from './log.fixture.ts';
import { PartitionFold } from './partition-fold.ts';

describe('at a tick', () => {
  it('a session that was idle too long is dropped and counted; one that spoke is kept', () => {
    const fold = new PartitionFold(0, 0, 0);
    const log = new Log()
      .batch('idle', { policy: POLICY, lines: ['one'] })
      .pass(50)
      .batch('busy', { policy: POLICY, lines: ['one'] })
      .pass(11)
      .tick({ idleS: 60 })
      .batch('idle', { policy: POLICY, lines: ['two'], criterion: criterion('FailedLogin') })
      .batch('busy', { criterion: criterion('FailedLogin') });
    expect(blocksOf(foldAll(log, fold)).map(linesOf)).toEqual([['two'], ['one']]);
    expect(fold.counters.expired).toBe(1);
  });

  it('a session whose node promised keep-alives and fell silent is an untimely death', () => {
    const log = new Log()
      .batch('s', { open: true, keepAliveS: 5, policy: POLICY, lines: ['last words'] })
      .pass(15)
      .tick()
      .batch('s', { keepAlive: true, keepAliveS: 5 })
      .pass(15)
      .tick()
      .pass(1)
      .tick()
      .tick();
    const blocks = blocksOf(foldAll(log));
    expect(blocks.map(linesOf)).toEqual([['last words']]);
    expect(blocks[0]!.header.criterion).toMatchObject({ name: 'UntimelyDeath', detail: 'node lost' });
  });

  it('a repeat counts as a sign of life, and a record without the promise ends it', () => {
    const alive = new Log()
      .batch('s', { keepAliveS: 5, policy: POLICY, firstSeq: 1, lines: ['one'] })
      .pass(10)
      .again()
      .pass(10)
      .tick();
    expect(foldAll(alive)).toEqual([]);
    const released = new Log()
      .batch('s', { keepAliveS: 5, policy: POLICY })
      .batch('s', { lines: ['one'] })
      .pass(60)
      .tick();
    expect(foldAll(released)).toEqual([]);
  });

  it("sessions whose last record lies before the tick's offset make room", () => {
    const fold = new PartitionFold(0, 0, 0);
    const log = new Log();
    for (const session of ['a', 'b', 'c']) log.batch(session, { policy: POLICY, lines: [session] }).pass(1);
    log.batch('a', { lines: ['again'] }).tick({ dropBefore: 2 });
    for (const session of ['a', 'b', 'c']) log.batch(session, { policy: POLICY, criterion: criterion('FailedLogin') });
    expect(blocksOf(foldAll(log, fold)).map(linesOf)).toEqual([['a', 'again'], [], ['c']]);
    expect(fold.counters.crowdedOut).toBe(1);
  });
});
