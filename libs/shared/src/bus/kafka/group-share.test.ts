import { describe, expect, it } from 'vitest';
import type { Consumer, ConsumerHandlers, Ownership } from '../port.ts';
import { Turns } from '../turns.ts';
import type { Claim } from './cooperative-protocol.ts';
import { GroupShare } from './group-share.ts';

/** What a share asks of its consumer's handlers goes through it; a share calls nothing of it itself. */
const CONSUMER = {} as Consumer;

function openShare(handlers: Partial<ConsumerHandlers> = {}) {
  const seen: string[] = [];
  const told = (what: string, ownerships: readonly Ownership[]) =>
    seen.push(`${what} ${ownerships.map(({ partition }) => partition).join(' ')}`);
  const whole: ConsumerHandlers = {
    assigned: async (assignments, consumer) => {
      await handlers.assigned?.(assignments, consumer);
      told('assigned', assignments);
    },
    batch: async () => {},
    revoked: async (ownerships) => void told('revoked', ownerships),
    failed: (error) => seen.push(String(error)),
  };
  const gaveBack = Promise.withResolvers<void>();
  const share = new GroupShare({
    handlers: whole,
    consumer: CONSUMER,
    tap: { seek: () => {}, pause: () => {}, resume: () => {} },
    terms: {
      maxBatchRecords: 1,
      maxBatchBytes: 1,
      retryDelayMs: { first: 1, last: 1 },
      turns: new Turns(),
      batch: async () => {},
      failed: (error) => whole.failed(error),
    },
    capacityBytes: 1,
    describe: async (partitions) => partitions.map((id) => ({ ...id, begin: 0, end: 0, committed: null })),
    offsets: async () => ({ begin: 0, end: 0 }),
    gaveBack: gaveBack.resolve,
  });
  const claimed = () => (JSON.parse(share.claim().toString()) as Claim).owned['t'] ?? [];
  return { share, seen, gaveBack: gaveBack.promise, claimed };
}

describe("a member's share", () => {
  it('is claimed also before it is taken over, and what goes again until then is given up: nobody would get it', async () => {
    const { share, seen, gaveBack, claimed } = openShare();
    share.joined('m', { t: [0, 1, 2, 3] });
    expect(claimed()).toEqual([0, 1, 2, 3]);
    share.joined('m', { t: [0, 1] });
    share.start();
    await gaveBack;
    expect(claimed()).toEqual([0, 1]);
    expect(seen).toEqual(['assigned 0 1']);
    await share.close();
  });

  it('is handed over before what is new is taken over, and claimed until then', async () => {
    const gate = Promise.withResolvers<void>();
    const { share, seen, gaveBack, claimed } = openShare({ assigned: () => gate.promise });
    share.start();
    share.joined('m', { t: [0, 1] });
    while (!share.get({ topic: 't', partition: 0 })) await new Promise(setImmediate);
    share.joined('m', { t: [1, 2] });
    expect(claimed()).toEqual([0, 1, 2]);
    gate.resolve();
    await gaveBack;
    expect(seen).toEqual(['assigned 0 1', 'revoked 0', 'assigned 2']);
    expect(claimed()).toEqual([1, 2]);
    await share.close();
    expect(seen.at(-1)).toBe('revoked 1 2');
  });

  it('is lost as a whole when the member comes back under another id, and taken over anew', async () => {
    const { share, seen } = openShare();
    share.start();
    share.joined('before', { t: [0] });
    while (seen.length < 1) await new Promise(setImmediate);
    const { ownership } = share.get({ topic: 't', partition: 0 })!;
    share.joined('after', { t: [0] });
    expect(share.owns(ownership)).toBe(false);
    expect(share.hasLost).toBe(true);
    while (seen.length < 3) await new Promise(setImmediate);
    expect(seen).toEqual(['assigned 0', 'revoked 0', 'assigned 0']);
    expect(share.get({ topic: 't', partition: 0 })!.ownership.epoch).toBeGreaterThan(ownership.epoch);
    await share.close();
  });

  it('keeps its epoch where the group leaves it', async () => {
    const { share, seen } = openShare();
    share.start();
    share.joined('m', { t: [0, 1] });
    while (seen.length < 1) await new Promise(setImmediate);
    const { ownership } = share.get({ topic: 't', partition: 1 })!;
    share.joined('m', { t: [1] });
    while (seen.length < 2) await new Promise(setImmediate);
    expect(share.owns(ownership)).toBe(true);
    expect(seen).toEqual(['assigned 0 1', 'revoked 0']);
    await share.close();
  });
});
