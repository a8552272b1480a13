import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MemberOfGroup } from './client-calls.ts';
import { assign, encodeClaim } from './cooperative-protocol.ts';

type Owned = Record<string, readonly number[]>;

function member(memberId: string, owned: Owned = {}, claim: { member?: string | null; isClosing?: boolean } = {}): MemberOfGroup {
  return { memberId, topics: ['t'], claim: encodeClaim({ member: memberId, isClosing: false, owned, ...claim }) };
}

const SIX = [{ topic: 't', count: 6 }];

function shares(members: readonly MemberOfGroup[], topics = SIX): Record<string, readonly number[]> {
  return Object.fromEntries([...assign(members, topics)].map(([id, share]) => [id, share['t'] ?? []]));
}

describe('the sharing out of a group', () => {
  it('gives a newcomer nothing that another one still claims, and the claimant nothing that is to move', () => {
    expect(shares([member('a', { t: [0, 1, 2, 3, 4, 5] }), member('b')])).toEqual({ a: [0, 1, 2], b: [] });
  });

  it('gives what was handed over to who was to have it', () => {
    expect(shares([member('a', { t: [0, 1, 2] }), member('b')])).toEqual({ a: [0, 1, 2], b: [3, 4, 5] });
  });

  it('believes no claim from before a member got a new id: others may have owned the partitions since', () => {
    const revenant = member('a', { t: [0, 1, 2, 3, 4, 5] }, { member: 'a-before' });
    expect(shares([revenant, member('b', { t: [0, 1, 2, 3, 4, 5] })])).toEqual({ a: [], b: [0, 1, 2] });
  });

  it('gives nothing to a member that is about to leave, and leaves it what it has until it has handed it over', () => {
    expect(shares([member('a', { t: [0, 1, 2] }, { isClosing: true }), member('b', { t: [3, 4, 5] })])).toEqual({
      a: [],
      b: [3, 4, 5],
    });
  });

  it('goes on with members whose claim it can not read, and with partitions that are no more', () => {
    const strange = { memberId: 'a', topics: ['t'], claim: Buffer.from('{"owned":') };
    const { a, b } = shares([strange, member('b', { t: [4, 9], gone: [1] })]);
    expect([a!.length, b!.length]).toEqual([3, 3]);
    expect(b).toContain(4);
    expect([...a!, ...b!].toSorted((x, y) => x - y)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('comes to an end, with one owner for each partition at any time, however members come and go', () => {
    const joins = fc.array(fc.record({ joins: fc.nat({ max: 2 }), leaves: fc.nat({ max: 2 }) }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(joins, fc.integer({ min: 1, max: 24 }), (rounds, count) => {
        const group = new Map<string, readonly number[]>([['m0', []]]);
        let ids = 0;
        for (const { joins: joining, leaves } of rounds) {
          for (let i = 0; i < joining; i++) group.set(`m${++ids}`, []);
          for (const id of [...group.keys()].slice(0, Math.min(leaves, group.size - 1))) group.delete(id);
          for (let moved = true; moved;) {
            const members = [...group].map(([id, owned]) => member(id, { t: owned }));
            const share = shares(members, [{ topic: 't', count }]);
            expect(new Set(Object.values(share).flat()).size).toBe(Object.values(share).flat().length);
            const taken = Object.entries(share).flatMap(([id, owned]) =>
              owned.filter((each) => [...group].some(([other, claimed]) => other !== id && claimed.includes(each))),
            );
            expect(taken).toEqual([]);
            moved = [...group].some(([id, owned]) => owned.some((each) => !share[id]!.includes(each)));
            for (const id of group.keys()) group.set(id, share[id]!);
          }
          const sizes = [...group.values()].map((owned) => owned.length);
          expect(sizes.reduce((sum, size) => sum + size)).toBe(count);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
