/** What a fold has seen, for whoever watches it; not part of its state. */
export interface FoldCounters {
  records: number;
  messages: number;
  /** Those of them that were folded by an earlier owner of the partition. */
  replayedMessages: number;
  /** Of the accounts that a live fold closed, with a block or with their session. */
  evicted: number;
  missing: number;
  blocks: number;
  poison: number;
  /** Sessions that ended, fell silent without and with the keep-alive promise, or were over the bound. */
  ended: number;
  expired: number;
  lost: number;
  crowdedOut: number;
  /** Checkpoints that counted, and those that came too far behind their offset to count. */
  checkpoints: number;
  lateCheckpoints: number;
}

export function noCounts(): FoldCounters {
  return {
    records: 0,
    messages: 0,
    replayedMessages: 0,
    evicted: 0,
    missing: 0,
    blocks: 0,
    poison: 0,
    ended: 0,
    expired: 0,
    lost: 0,
    crowdedOut: 0,
    checkpoints: 0,
    lateCheckpoints: 0,
  };
}

/** Adds `counts` to `sum`. */
export function addCounts(sum: FoldCounters, counts: FoldCounters): void {
  for (const name of Object.keys(sum) as (keyof FoldCounters)[]) sum[name] += counts[name];
}
