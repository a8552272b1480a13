import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignSticky, type Subscriber } from './sticky-assignment.ts';

class Member implements Subscriber<number> {
  readonly owned = new Set<number>();
  readonly #topics: ReadonlySet<number>;

  /** Partition p belongs to topic p % 3. */
  constructor(topics: readonly number[]) {
    this.#topics = new Set(topics);
  }

  subscribes(partition: number): boolean {
    return this.#topics.has(partition % 3);
  }
}

/** Members with subscriptions, and an owner (or none) for each partition among those who subscribe to it, as history left it. */
function group(topics: fc.Arbitrary<number[]>): fc.Arbitrary<{ partitions: number[]; members: Member[] }> {
  return fc
    .record({
      subscriptions: fc.array(topics, { minLength: 1, maxLength: 6 }),
      owners: fc.array(fc.nat({ max: 7 }), { maxLength: 24 }),
    })
    .map(({ subscriptions, owners }) => {
      const members = subscriptions.map((each) => new Member(each));
      for (const [partition, owner] of owners.entries()) {
        if (members[owner]?.subscribes(partition)) members[owner].owned.add(partition);
      }
      return { partitions: [...owners.keys()], members };
    });
}

const EVERYTHING: fc.Arbitrary<number[]> = fc.constant([0, 1, 2]);

describe('the sticky assignment', () => {
  it('gives every partition that somebody subscribes to exactly one owner who does', () => {
    fc.assert(
      fc.property(group(fc.subarray([0, 1, 2])), ({ partitions, members }) => {
        const shares = assignSticky(partitions, members);
        for (const partition of partitions) {
          const owners = members.filter((member) => shares.get(member)!.has(partition));
          expect(owners).toHaveLength(members.some((member) => member.subscribes(partition)) ? 1 : 0);
          expect(owners.every((owner) => owner.subscribes(partition))).toBe(true);
        }
      }),
    );
  });

  it('is even, and moves no more than evenness needs', () => {
    fc.assert(
      fc.property(group(EVERYTHING), ({ partitions, members }) => {
        const shares = assignSticky(partitions, members);
        const sizes = [...shares.values()].map(({ size }) => size);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        const least = Math.floor(partitions.length / members.length);
        for (const member of members) {
          const kept = [...member.owned].filter((partition) => shares.get(member)!.has(partition));
          expect(kept.length).toBeGreaterThanOrEqual(Math.min(member.owned.size, least));
        }
      }),
    );
  });

  it('changes nothing where everything is in place', () => {
    fc.assert(
      fc.property(group(fc.subarray([0, 1, 2])), ({ partitions, members }) => {
        for (const [member, share] of assignSticky(partitions, members)) {
          member.owned.clear();
          for (const partition of share) member.owned.add(partition);
        }
        for (const [member, share] of assignSticky(partitions, members)) expect(share).toEqual(member.owned);
      }),
    );
  });
});
