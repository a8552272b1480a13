import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Log, POLICY, blocksOf, criterion, foldAll, linesOf } from './log.fixture.ts';
import { PartitionFold } from './partition-fold.ts';

interface Step {
  readonly kind: 'lines' | 'failed' | 'end' | 'tick' | 'repeat';
  readonly session: number;
  readonly count: number;
  /** 0: at the same moment as the step before. */
  readonly passS: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('lines', 'lines', 'lines', 'failed', 'end', 'tick', 'repeat'),
  session: fc.nat({ max: 3 }),
  count: fc.integer({ min: 1, max: 7 }),
  passS: fc.constantFrom(0, 0, 1, 7, 20),
});

/** A log of a few numbered sessions with small rings; every other one promises keep-alives. */
function write(steps: readonly Step[]): Log {
  const log = new Log();
  const policy = { ...POLICY, bufferSize: 5 };
  const nextSeq = [1, 1, 1, 1];
  for (const { kind, session, count, passS } of steps) {
    const firstSeq = nextSeq[session]!;
    const keepAliveS = session % 2 === 0 ? 0 : 5;
    log.pass(passS);
    if (kind === 'repeat' && log.records.length > 0) log.again();
    if (kind === 'tick') log.tick({ idleS: 30, maxSessions: 2 });
    if (kind === 'end') log.batch(`s${session}`, { end: { reason: 'quit' } });
    if (kind === 'failed') {
      log.batch(`s${session}`, { policy, keepAliveS, criterion: criterion('FailedLogin', { seq: firstSeq }) });
      nextSeq[session] = firstSeq + 1;
    }
    if (kind === 'lines') {
      const lines = Array.from({ length: count }, (_, index) => `${session}/${firstSeq + index}`);
      log.batch(`s${session}`, { policy, keepAliveS, firstSeq, lines });
      nextSeq[session] = firstSeq + count;
    }
  }
  return log;
}

const shown = (effects: ReturnType<typeof foldAll>) =>
  blocksOf(effects).map((block) => ({ id: block.id.toString('hex'), header: block.header, lines: linesOf(block) }));

describe('a fold that starts again at its watermark', () => {
  it('is silent below the committed position and behind it files what the one that never stopped files', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 80 }), fc.nat({ max: 80 }), (steps, crashAt) => {
        const log = write(steps);
        const whole = new PartitionFold(0, 0, 0);
        const before: ReturnType<typeof foldAll> = [];
        for (const record of log.records.slice(0, crashAt)) before.push(...whole.apply(record));
        const restarted = new PartitionFold(0, whole.watermark(), whole.position);
        expect(shown(foldAll(log, restarted))).toEqual(shown(foldAll(log, whole)));
        expect([restarted.isLive, restarted.watermark(), restarted.sessionCount]).toEqual([
          true,
          whole.watermark(),
          whole.sessionCount,
        ]);
      }),
      { numRuns: 3000 },
    );
  });

  it('needs the log from the first record of its oldest live session', () => {
    const fold = new PartitionFold(0, 0, 0);
    const log = new Log()
      .batch('a', { policy: POLICY })
      .batch('b', { policy: POLICY })
      .batch('a', { end: { reason: 'quit' } });
    const watermarks = log.records.map((record) => (fold.apply(record), fold.watermark()));
    expect(watermarks).toEqual([0, 0, 1]);
  });
});
