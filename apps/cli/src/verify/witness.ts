import type { BlockList } from '@fleet-forensics/shared/integrity/block-list';

/** A block of which two records of the same file say different things. */
export interface Disagreement {
  readonly blockId: Uint8Array;
  /** As the record says that knows it; the first one's if both do. */
  readonly offset: number;
  /** Which of them knows the block. */
  readonly knownTo: 'both' | 'first' | 'second';
}

/**
 * The first block, by offset, of which two records disagree. Either may have forgotten its oldest blocks, and the second may lack the newest
 * ones: filings are published after the journal's commit.
 */
export function disagreement(first: BlockList, second: BlockList): Disagreement | undefined {
  if (first.length === 0 || second.length === 0) return undefined;
  const start = Math.max(first.offset(0), second.offset(0));
  let [a, b] = [indexAt(first, start), indexAt(second, start)];
  while (a < first.length && b < second.length) {
    const [one, other] = [first.at(a), second.at(b)];
    if (isSame(one, other)) {
      a += 1;
      b += 1;
      continue;
    }
    if (isId(one.blockId, other.blockId)) return { blockId: one.blockId, offset: one.offset, knownTo: 'both' };
    const isFirst = one.offset < other.offset;
    return isFirst
      ? { blockId: one.blockId, offset: one.offset, knownTo: 'first' }
      : { blockId: other.blockId, offset: other.offset, knownTo: 'second' };
  }
  if (b === second.length) return undefined;
  const { blockId, offset } = second.at(b);
  return { blockId, offset, knownTo: 'second' };
}

function isSame(one: ReturnType<BlockList['at']>, other: ReturnType<BlockList['at']>): boolean {
  const hasPlace = one.offset === other.offset && one.length === other.length;
  return hasPlace && isId(one.blockId, other.blockId) && isId(one.sha256, other.sha256) && isId(one.chain, other.chain);
}

function isId(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

/** Index of the first block at `offset` or behind. */
function indexAt(blocks: BlockList, offset: number): number {
  let index = 0;
  while (index < blocks.length && blocks.offset(index) < offset) index += 1;
  return index;
}
