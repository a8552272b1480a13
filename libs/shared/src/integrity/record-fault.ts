import type { BlockList } from './block-list.ts';
import { nextLink } from './chain.ts';

/** Where what was recorded of a file's blocks is at odds with itself, whatever the file holds. */
export interface RecordFault {
  /** Index of the block at which it shows. */
  readonly index: number;
  /**
   * `cut`: a later block was filed at the place of this one, so the file had been cut before the recorder went on. `chain`: its link does not
   * follow from the one before. `hole`: it does not begin where the block before ends. `head`: the file has another end than the last
   * block's; the index is that behind it.
   */
  readonly kind: 'cut' | 'chain' | 'hole' | 'head';
}

/** Where a file's last block ends, bytes from its start, and that block's link. */
export interface Head {
  readonly end: number;
  /** 32 bytes. */
  readonly chain: Uint8Array;
}

/**
 * The first fault of a file's record.
 * @param previous the link before the first block, 32 bytes; undefined: not known
 * @param head what is recorded of the file's end; undefined: nothing
 */
export function recordFault(
  blocks: BlockList,
  previous: Uint8Array | undefined,
  head: Head | undefined,
): RecordFault | undefined {
  let link = previous;
  let end: number | undefined;
  for (let index = 0; index < blocks.length; index++) {
    const { offset, length, sha256, chain } = blocks.at(index);
    if (end !== undefined && offset < end) return { kind: 'cut', index: firstEndBehind(blocks, offset) };
    if (link && !nextLink(link, sha256).equals(chain)) return { kind: 'chain', index };
    if (end !== undefined && offset > end) return { kind: 'hole', index };
    link = chain;
    end = offset + length;
  }
  const isHead = !head || !link || end === undefined || (head.end === end && Buffer.compare(head.chain, link) === 0);
  return isHead ? undefined : { kind: 'head', index: blocks.length };
}

function firstEndBehind(blocks: BlockList, offset: number): number {
  let index = 0;
  while (blocks.end(index) <= offset) index += 1;
  return index;
}
