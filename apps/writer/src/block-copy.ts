import { hash } from 'node:crypto';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { type BlockFormat, fileOfFormat, formatsOf } from './block-formats.ts';
import { blockPieces } from './block-pieces.ts';
import type { CopyNumber } from './journal.ts';
import { checkMessageLists } from './message-count.ts';
import { filledPath, isOwnFile } from './path-template.ts';
import { type SafePath, safePath } from './safe-path.ts';
import type { WholeBlock } from './whole-block.ts';

/** A block in one format, for one file. */
export interface BlockCopy extends CopyNumber {
  readonly block: WholeBlock;
  readonly path: SafePath;
  /** True: nothing else is to be in that file. */
  readonly isOwnFile: boolean;
  /** Its text, if it is held in memory. */
  readonly whole?: { readonly text: Buffer; readonly sha256: Buffer };
  /** Its text, in order; at each call from the beginning. */
  pieces(): Iterable<Buffer>;
}

/** A block that is not in its file, and why. */
export interface UnfiledBlock {
  readonly block: WholeBlock;
  readonly error: ForensicsError;
}

/**
 * Blocks as they will be in their files. It looks at nothing but the blocks, never at a file: a block that is refused here,
 * FF_UNSAFE_PATH or FF_BAD_MESSAGE_LIST, is refused for ever.
 * @param root absolute
 * @param textBytes how much text may be held in memory; what is over it is formatted when it is written
 */
export function copiesOf(
  root: string,
  blocks: readonly WholeBlock[],
  textBytes: number,
): { copies: BlockCopy[]; refused: UnfiledBlock[] } {
  const copies: BlockCopy[] = [];
  const refused: UnfiledBlock[] = [];
  let room = textBytes;
  for (const block of blocks) {
    try {
      for (const copy of blockCopies(root, block, room)) {
        room -= copy.whole?.text.length ?? 0;
        copies.push(copy);
      }
    } catch (error) {
      if (!(error instanceof ForensicsError)) throw error;
      refused.push({ block, error });
    }
  }
  return { copies, refused };
}

function blockCopies(root: string, block: WholeBlock, room: number): BlockCopy[] {
  const { header } = block;
  const formats = formatsOf(header);
  return formats.map((format, copy) => {
    const path = safePath(root, fileOfFormat(filledPath(header.file, block), format, copy));
    const pieces = () => blockPieces(format, block, block.lists());
    const whole = wholeText(format, block, room);
    return { block, copy, copies: formats.length, path, isOwnFile: isOwnFile(header.file), pieces, ...(whole && { whole }) };
  });
}

/** Undefined if it comes in several pieces, or there is no room for it. */
function wholeText(format: BlockFormat, block: WholeBlock, room: number): BlockCopy['whole'] {
  const pieces = blockPieces(format, block, block.lists());
  const { value: text } = pieces.next();
  if (pieces.next().done && text && text.length <= room) return { text, sha256: hash('sha256', text, 'buffer') };
  // It will be formatted into an open file: what could refuse it has to be found now.
  checkMessageLists(block.lists(), block.header);
  return undefined;
}
