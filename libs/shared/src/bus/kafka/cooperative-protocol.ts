import type { PartitionId } from '../port.ts';
import { assignSticky, type Subscriber } from '../sticky-assignment.ts';
import type { MemberOfGroup, PartitionCount } from './client-calls.ts';

/** Changed whenever claims or shares change their meaning: members that can't agree must not meet. */
export const PROTOCOL_NAME = 'fleet-forensics-cooperative-sticky-1';

/**
 * What a member says when it joins: who it was in the generation before (null: nobody), and everything it then owned and has not
 * handed over.
 */
export interface Claim {
  readonly member: string | null;
  /** It is about to leave and wants nothing. */
  readonly isClosing: boolean;
  readonly owned: Readonly<Record<string, readonly number[]>>;
}

export function encodeClaim(claim: Claim): Buffer {
  return Buffer.from(JSON.stringify(claim));
}

/**
 * Shares out the partitions of a group, by member, topics with partition numbers.
 *
 * A partition that is to move is given to nobody as long as its owner claims it. The owner sees that it is not given it back,
 * lets its batch end, hands over, and joins again without the claim; then it goes to who is to have it. So what stays is never
 * interrupted, and what moves has one owner at any time (KIP-429).
 *
 * A claim counts only under the member id under which it was acquired. The broker drops a member that does not take part in a
 * generation, and its id for ever: a claim under a living id has been before every leader since, and none has given the
 * partition to another. Under a new id others may have owned it meanwhile.
 */
export function assign(
  members: readonly MemberOfGroup[],
  topics: readonly PartitionCount[],
): Map<string, Record<string, number[]>> {
  const partitions = new Map(topics.map(({ topic, count }) => [topic, partitionsOf(topic, count)]));
  const claimed = new Map<PartitionId, string>();
  const subscribers = members.map((member) => subscriber(member, partitions, claimed));
  const shares = assignSticky([...partitions.values()].flat(), subscribers);
  return new Map(
    [...shares].map(([{ memberId }, share]) => {
      const mine = [...share].filter((partition) => (claimed.get(partition) ?? memberId) === memberId);
      return [memberId, byTopic(mine)];
    }),
  );
}

export function byTopic(partitions: readonly PartitionId[]): Record<string, number[]> {
  const topics: Record<string, number[]> = {};
  for (const { topic, partition } of partitions) (topics[topic] ??= []).push(partition);
  return topics;
}

interface ClaimingSubscriber extends Subscriber<PartitionId> {
  readonly memberId: string;
}

function subscriber(
  { memberId, topics, claim }: MemberOfGroup,
  partitions: ReadonlyMap<string, readonly PartitionId[]>,
  claimed: Map<PartitionId, string>,
): ClaimingSubscriber {
  const { member, isClosing, owned } = decodeClaim(claim);
  const mine = new Set<PartitionId>();
  for (const [topic, numbers] of member === memberId ? Object.entries(owned) : []) {
    for (const number of numbers) {
      const partition = partitions.get(topic)?.[number];
      if (partition === undefined || claimed.has(partition)) continue;
      claimed.set(partition, memberId);
      mine.add(partition);
    }
  }
  return { memberId, owned: mine, subscribes: ({ topic }) => !isClosing && topics.includes(topic) };
}

/** A claim that can't be read claims nothing: it comes from no member of ours, and its author gets a share all the same. */
function decodeClaim(bytes: Buffer): Claim {
  const nothing: Claim = { member: null, isClosing: false, owned: {} };
  try {
    return { ...nothing, ...(JSON.parse(bytes.toString()) as Partial<Claim>) };
  } catch {
    return nothing;
  }
}

function partitionsOf(topic: string, count: number): PartitionId[] {
  return Array.from({ length: count }, (_, partition) => ({ topic, partition }));
}
