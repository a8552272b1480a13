import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCheckpoint } from './checkpoint.ts';
import { Log, POLICY, blocksOf, criterion, foldAll, linesOf } from './log.fixture.ts';
import { type Effect, PartitionFold } from './partition-fold.ts';

interface Step {
  readonly kind: 'lines' | 'failed' | 'end' | 'tick' | 'repeat' | 'snapshot' | 'write' | 'restart' | 'junk';
  readonly session: number;
  readonly count: number;
  /** 0: at the same moment as the step before. */
  readonly passS: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(
    ...(['lines', 'lines', 'lines', 'lines', 'failed', 'end', 'tick', 'repeat'] as const),
    ...(['snapshot', 'snapshot', 'write', 'write', 'restart', 'junk'] as const),
  ),
  session: fc.nat({ max: 3 }),
  count: fc.integer({ min: 1, max: 7 }),
  passS: fc.constantFrom(0, 0, 1, 7, 20),
});

const WINDOW = 10;
const POLICY_OF_TEST = { ...POLICY, bufferSize: 5, bufferBytes: 300 };

/**
 * A partition, its fold that never stops, and one that is restarted at the watermark now and then. Checkpoints are taken of the
 * restarted one and written any number of records later, as by a worker that was slow, or had lost the partition.
 */
class Partition {
  readonly log = new Log();
  readonly oracle = new PartitionFold(0, 0, 0, WINDOW);
  fold = new PartitionFold(0, 0, 0, WINDOW);
  readonly wanted = new Map<string, string>();
  readonly emitted = new Map<string, string>();
  readonly #nextSeq = [1, 1, 1, 1];
  readonly #unwritten: Buffer[] = [];

  run({ kind, session, count, passS }: Step): void {
    const name = `s${session}`;
    const firstSeq = this.#nextSeq[session]!;
    const keepAliveS = session % 2 === 0 ? 0 : 5;
    const common = { policy: POLICY_OF_TEST, keepAliveS };
    this.log.pass(passS);
    if (kind === 'repeat' && this.log.records.length > 0) this.log.again();
    if (kind === 'junk') this.log.raw(Buffer.from('junk'));
    if (kind === 'tick') this.log.tick({ idleS: 30, dropBefore: Math.max(0, this.log.records.length - 5 * count) });
    if (kind === 'end') this.log.batch(name, { end: { reason: 'quit' } });
    if (kind === 'failed') {
      this.log.batch(name, { ...common, criterion: criterion('FailedLogin', { seq: firstSeq }) });
      this.#nextSeq[session] = firstSeq + 1;
    }
    if (kind === 'lines') {
      const lines = Array.from({ length: count }, (_, index) => `${session}/${firstSeq + index}`);
      this.log.batch(name, { ...common, firstSeq, lines });
      this.#nextSeq[session] = firstSeq + count;
    }
    if (kind === 'snapshot') this.#snapshot(name);
    if (kind === 'write') for (const value of this.#unwritten.splice(count % 2 === 0 ? 0 : -1, count)) this.log.raw(value);
    this.#read();
    if (kind === 'restart') this.#restart();
  }

  /** Every live session shows its ring and its ledger. */
  flushAll(): void {
    for (const session of ['s0', 's1', 's2', 's3']) {
      this.log.batch(session, { policy: POLICY_OF_TEST, criterion: criterion('OnDemand') });
    }
    this.#read();
  }

  #snapshot(name: string): void {
    const held = [...this.fold.sessions()].find(({ session }) => session.name.session === name);
    if (!held) return;
    this.#unwritten.push(...encodeCheckpoint(held.session, this.fold.position - 1, { pieceBytes: 150 }));
  }

  #read(): void {
    note(this.wanted, foldAll(this.log, this.oracle));
    note(this.emitted, foldAll(this.log, this.fold));
  }

  #restart(): void {
    this.fold = new PartitionFold(0, this.fold.watermark(), this.fold.position, WINDOW);
    note(this.emitted, foldAll(this.log, this.fold));
  }
}

function note(into: Map<string, string>, effects: readonly Effect[]): void {
  for (const block of blocksOf(effects)) {
    const id = block.id.toString('hex');
    const { header } = block;
    const shown = JSON.stringify([header, linesOf(block)]);
    expect(into.get(id) ?? shown).toBe(shown);
    into.set(id, shown);
  }
}

describe('a fold that starts again at its watermark', () => {
  it('is silent below the committed position and behind it files what the one that never stopped files', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 60, maxLength: 200 }), (steps) => {
        const partition = new Partition();
        for (const each of steps) partition.run(each);
        partition.flushAll();
        expect(partition.emitted).toEqual(partition.wanted);
        expect([partition.fold.isLive, partition.fold.sessionCount]).toEqual([true, partition.oracle.sessionCount]);
        expect(partition.fold.watermark()).toBeLessThanOrEqual(partition.fold.position);
      }),
      { numRuns: 2000 },
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
