import { ForensicsError } from '@fleet-forensics/shared/error';
import type { WholeBlock } from './block-assembly.ts';
import { blockText } from './block-text.ts';
import { safePath, type SafePath } from './safe-path.ts';

/** Blocks to append to one file. */
export interface Appendix {
  readonly path: SafePath;
  readonly blocks: readonly { readonly block: WholeBlock; readonly text: Buffer }[];
}

/** A block that is not in its file, and why. */
export interface UnfiledBlock {
  readonly block: WholeBlock;
  readonly error: ForensicsError;
}

/**
 * Formats blocks and sorts them by file, in order. It looks at nothing but the blocks, never at a file: a block that is refused
 * here, FF_UNSAFE_PATH or FF_BAD_MESSAGE_LIST, is refused for ever.
 * @param root absolute
 */
export function appendicesOf(root: string, blocks: readonly WholeBlock[]): { appendices: Appendix[]; refused: UnfiledBlock[] } {
  const appendices = new Map<string, { path: SafePath; blocks: { block: WholeBlock; text: Buffer }[] }>();
  const refused: UnfiledBlock[] = [];
  for (const block of blocks) {
    try {
      const path = safePath(root, block.header.file);
      const text = blockText(block.blockId, block.header, block.messages);
      const appendix = appendices.get(path.file) ?? { path, blocks: [] };
      appendix.blocks.push({ block, text });
      appendices.set(path.file, appendix);
    } catch (error) {
      if (!(error instanceof ForensicsError)) throw error;
      refused.push({ block, error });
    }
  }
  return { appendices: [...appendices.values()], refused };
}
