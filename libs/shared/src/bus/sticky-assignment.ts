/** A member of a group as the assignment sees it. */
export interface Subscriber<P> {
  subscribes(partition: P): boolean;
  /** What it owns now. */
  readonly owned: ReadonlySet<P>;
}

/**
 * Shares partitions out among the members of a group: each goes to one member that subscribes to it, or to none if there is
 * none. Where all subscribe to the same, their numbers differ by one at most. A member keeps what it owns where that allows.
 */
export function assignSticky<P, S extends Subscriber<P>>(partitions: readonly P[], members: readonly S[]): Map<S, Set<P>> {
  const shares = new Map(members.map((member) => [member, new Set([...member.owned].filter((each) => member.subscribes(each)))]));
  const isOwned = (partition: P) => [...shares.values()].some((share) => share.has(partition));
  for (const partition of partitions) {
    if (!isOwned(partition)) poorest(partition, shares)?.add(partition);
  }
  while (moveOne(shares));
  return shares;
}

/** The share of the subscriber that has least. */
function poorest<P, S extends Subscriber<P>>(partition: P, shares: ReadonlyMap<S, Set<P>>): Set<P> | undefined {
  let least: Set<P> | undefined;
  for (const [member, share] of shares) {
    if (member.subscribes(partition) && (least === undefined || share.size < least.size)) least = share;
  }
  return least;
}

/** Moves a partition to a member with at least two fewer. Each move evens the sizes out, so the moves come to an end. */
function moveOne<P, S extends Subscriber<P>>(shares: ReadonlyMap<S, Set<P>>): boolean {
  const richestFirst = [...shares.values()].toSorted((a, b) => b.size - a.size);
  for (const rich of richestFirst) {
    for (const partition of [...rich].toReversed()) {
      const poor = poorest(partition, shares);
      if (poor === undefined || rich.size - poor.size < 2) continue;
      rich.delete(partition);
      poor.add(partition);
      return true;
    }
  }
  return false;
}
