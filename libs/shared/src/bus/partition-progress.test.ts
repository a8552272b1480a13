import { beforeEach, describe, expect, it } from 'vitest';
import { PartitionProgress } from './partition-progress.ts';

const ID = { topic: 't', partition: 2 };
const STUCK_MS = 60_000;

let nowMs: number;
let progress: PartitionProgress;

beforeEach(() => {
  nowMs = 0;
  progress = new PartitionProgress(() => nowMs);
  progress.assigned(ID, 5, 10);
});

/** Time passes, in which the log is looked at now and then. */
function pass(ms: number, look: () => void = () => progress.found(ID, { begin: 0, end: 10 })): void {
  for (const until = nowMs + ms; nowMs < until;) {
    nowMs = Math.min(until, nowMs + 10_000);
    look();
  }
}

describe('a consumer', () => {
  it('to which records that wait do not come any more is stuck: its supervisor is to know', () => {
    pass(STUCK_MS);
    expect(progress.stuckFor(STUCK_MS)).toEqual([]);
    pass(10_000);
    expect(progress.stuckFor(STUCK_MS)).toEqual(['t/2 has stood still at offset 5 for 70 s though records wait']);
  });

  it('whose handler never ends is stuck', () => {
    progress.tried(ID, 10);
    pass(70_000);
    expect(progress.stuckFor(STUCK_MS)).toHaveLength(1);
  });

  it('on a partition where nothing waits is not, however long', () => {
    progress.handled(ID, 10);
    pass(10 * STUCK_MS);
    expect(progress.stuckFor(STUCK_MS)).toEqual([]);
  });

  it('whose records retention has deleted is not', () => {
    pass(10 * STUCK_MS, () => progress.found(ID, { begin: 10, end: 10 }));
    expect(progress.stuckFor(STUCK_MS)).toEqual([]);
  });

  it('is not while the log is away: after a restart it would wait again', () => {
    pass(10 * STUCK_MS, () => progress.unknown(ID));
    expect(progress.stuckFor(STUCK_MS)).toEqual([]);
  });

  it('whose handler fails again and again is not: a restart gives no room on a disk', () => {
    pass(10 * STUCK_MS, () => {
      progress.tried(ID, 10);
      progress.found(ID, { begin: 0, end: 10 });
    });
    expect(progress.stuckFor(STUCK_MS)).toEqual([]);
  });

  it('is not stuck on what is somebody else’s now', () => {
    progress.revoked(ID);
    pass(10 * STUCK_MS);
    expect(progress.stuckFor(STUCK_MS)).toEqual([]);
  });

  it('is as far behind as the newest word on the end of the log says', () => {
    progress.tried(ID, 12);
    progress.handled(ID, 7);
    progress.found(ID, { begin: 0, end: 20 });
    expect(progress.all).toMatchObject([{ ...ID, next: 7, end: 20 }]);
  });
});
