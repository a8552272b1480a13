import { ecsPieces } from './block-ecs.ts';
import type { BlockFormat, FormattedBlock } from './block-formats.ts';
import { textPieces } from './block-text.ts';

/**
 * A block in a format, piece by piece: docs/FORMAT.md.
 * @param lists its MessageList in pieces cut between messages, `header.skip` messages that don't belong to it included
 * @throws ForensicsError FF_BAD_MESSAGE_LIST if a list does not parse, or at the end, if they hold another number of messages than the
 * header says
 */
export function blockPieces(format: BlockFormat, block: FormattedBlock, lists: Iterable<Uint8Array>): Generator<Buffer> {
  return format === 'ecs' ? ecsPieces(block, lists) : textPieces(format, block, lists);
}
