import { describe, expect, it } from 'vitest';
import { dropBefore } from './crowd.ts';
import { Log, POLICY, foldAll } from './fold/log.fixture.ts';
import { PartitionFold } from './fold/partition-fold.ts';

/** Sessions a, b, c, d with about 1 KB of ring each; a has spoken last. */
function fold(): PartitionFold {
  const made = new PartitionFold(0, 0, 0);
  const log = new Log();
  for (const session of ['a', 'b', 'c', 'd']) log.batch(session, { policy: POLICY, lines: ['x'.repeat(1000)] });
  foldAll(log.batch('a', {}), made);
  return made;
}

function staying(bounds: { sessions: number; ringBytes: number }): string[] {
  const made = fold();
  const log = new Log();
  while (log.records.length < made.position) log.batch('a', {});
  foldAll(log.tick({ dropBefore: dropBefore(made.sessions(), bounds) }), made);
  return [...made.sessions()].map(({ session }) => session.name.session);
}

describe('a partition with too many sessions', () => {
  it('lets go of none within its bounds', () => {
    expect(dropBefore(fold().sessions(), { sessions: 4, ringBytes: 10_000 })).toBe(0);
  });

  it('lets go of those that have been idle longest', () => {
    expect(staying({ sessions: 2, ringBytes: 10_000 })).toEqual(['a', 'd']);
    expect(staying({ sessions: 1, ringBytes: 10_000 })).toEqual(['a']);
  });

  it('lets go of as many as its rings have bytes too many', () => {
    expect(staying({ sessions: 4, ringBytes: 3500 })).toEqual(['a', 'c', 'd']);
    expect(staying({ sessions: 4, ringBytes: 10 })).toEqual([]);
  });
});
