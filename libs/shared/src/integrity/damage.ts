import { BlockFinder, type FileBytes, isAt } from './block-finder.ts';
import type { BlockList } from './block-list.ts';

export type DamageKind = 'altered' | 'removed' | 'inserted' | 'reordered' | 'truncated';

/** What was done to a file, at the first block that is not as it was filed. */
export interface Damage {
  readonly kind: DamageKind;
  /** Bytes from the file's start, as it was: where the block began that is altered, removed, displaced or cut, or where bytes were inserted. */
  readonly offset: number;
  /** Index of that block, or of the one before which bytes were inserted: that behind the last one at the file's end. */
  readonly index: number;
  /** Inserted: how many bytes. Truncated: how many of the block are left. Else how many the damaged part has more than it had. */
  readonly bytes: number;
  /** Removed: how many blocks. 0: bytes that belonged to no block, before the file's first one. */
  readonly count?: number;
  /** Index of the whole block that stands at the offset now: displaced, or a copy. */
  readonly found?: number;
}

/** The part of a file between what is intact at its beginning and what is intact, if perhaps shifted, at its end. */
interface Middle {
  readonly file: FileBytes;
  readonly blocks: BlockList;
  /** Index of its first block, and where that began. */
  readonly first: number;
  readonly offset: number;
  /** Index behind its last block, and where that ends now. */
  readonly last: number;
  readonly end: number;
  /** Bytes by which the file grew. */
  readonly growth: number;
}

/** How much of the middle is read in search of known blocks, in its own lengths, beyond the longest block there can be. */
const SEARCH_FACTOR = 4;
const SEARCH_LEAST_BYTES = 256 * 1024 * 1024;

/**
 * What happened to a file of which the blocks before `first` are as they were filed, and the one at `first` is not, or all are, and
 * more bytes follow. All that is known of a block is its digest. So it looks for the longest intact end of the file, shifted by the bytes
 * that the file grew or shrank, and for known blocks between there and the intact beginning. Exact for one change. Of several, the
 * first damaged block and its offset are right, and its kind as far as intact blocks behind it tell: docs/INTEGRITY.md.
 */
export function damageOf(blocks: BlockList, first: number, file: FileBytes): Damage {
  const middle = middleOf(blocks, first, file);
  const found = knownBlocks(middle);
  return insertion(middle, found) ?? removal(middle, found) ?? reordering(middle, found) ?? alteration(middle, found);
}

function middleOf(blocks: BlockList, first: number, file: FileBytes): Middle {
  const growth = file.sizeBytes - blocks.offset(blocks.length);
  // Before the first block there may be bytes that no block accounts for, and they may be gone.
  const floor = first === 0 ? 0 : blocks.end(first - 1);
  let last = blocks.length;
  while (last > first) {
    const block = blocks.at(last - 1);
    if (block.offset + growth < floor || !isAt(file, block, block.offset + growth)) break;
    last -= 1;
  }
  return { file, blocks, first, offset: blocks.offset(first), last, end: blocks.offset(last) + growth, growth };
}

/** Indexes of the known blocks that stand at the beginning of the middle, one behind the other. */
function knownBlocks({ file, blocks, offset, end }: Middle): number[] {
  const found: number[] = [];
  const finder = new BlockFinder(blocks, file, SEARCH_FACTOR * (end - offset) + SEARCH_LEAST_BYTES);
  for (let at = offset; at < end;) {
    const next = found.length === 0 ? blocks.length : found.at(-1)! + 1;
    const isNext = next < blocks.length && blocks.at(next).length <= end - at && isAt(file, blocks.at(next), at);
    const index = isNext ? next : finder.find(at, end);
    if (index === undefined) break;
    found.push(index);
    at += blocks.at(index).length;
  }
  return found;
}

function insertion(middle: Middle, found: readonly number[]): Damage | undefined {
  const { blocks, file, first, offset, last, end, growth } = middle;
  const at = { kind: 'inserted', offset, index: first } as const;
  const copy = isCopy(middle, found) ? { found: found[0]! } : {};
  if (last === first && end > offset) return { ...at, ...copy, bytes: end - offset };
  if (found.includes(first) && isCopy(middle, found)) return { ...at, ...copy, bytes: blocks.at(found[0]!).length };
  // There is more damage behind it, but the next block is where the inserted bytes have pushed it.
  const isPushed = growth > 0 && first < last && isAt(file, blocks.at(first), offset + growth);
  return isPushed && found.length === 0 ? { ...at, bytes: growth } : undefined;
}

function removal(middle: Middle, found: readonly number[]): Damage | undefined {
  const { blocks, first, offset, last, end } = middle;
  const at = { kind: 'removed', offset, index: first } as const;
  const [next] = found;
  if (end <= offset && (last < blocks.length || end < offset))
    return { ...at, count: last - first, bytes: end - blocks.offset(last) };
  if (next === undefined || found.includes(first) || isCopy(middle, found)) return undefined;
  return { ...at, count: next - first, bytes: offset - blocks.offset(next) };
}

function reordering(middle: Middle, found: readonly number[]): Damage | undefined {
  const { first, offset, growth } = middle;
  if (!found.includes(first)) return undefined;
  return { kind: 'reordered', offset, index: first, bytes: growth, found: found[0]! };
}

function alteration(middle: Middle, found: readonly number[]): Damage {
  const { blocks, first, offset, last, end, growth } = middle;
  const left = end - offset;
  const at = { offset, index: first };
  const isCut = last === blocks.length && growth < 0 && left < blocks.at(first).length && found.length === 0;
  if (isCut) return { kind: 'truncated', ...at, bytes: left };
  return { kind: 'altered', ...at, bytes: growth, ...(found.length > 0 && { found: found[0]! }) };
}

/** True if the block that stands at the beginning of the middle is at its own place, too. */
function isCopy({ first, last }: Middle, found: readonly number[]): boolean {
  const [block] = found;
  return block !== undefined && (block < first || block >= last || found.indexOf(block, 1) > 0);
}
