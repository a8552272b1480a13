import { createHash } from 'node:crypto';
import type { FileBytes } from './block-finder.ts';
import { BlockList, type RecordedBlock } from './block-list.ts';
import { FIRST_LINK, nextLink } from './chain.ts';

/** A file as it was filed, and what was recorded of it. */
export interface RecordedFile {
  readonly content: Buffer;
  readonly blocks: BlockList;
}

/** A file of so many blocks of 40 to 500 bytes, the same each time. */
export function recordedFile(count: number): RecordedFile {
  const texts = Array.from({ length: count }, (_, index) => {
    const filler = createHash('shake256', { outputLength: 1 + ((index * 7919) % 230) })
      .update(String(index))
      .digest('hex');
    return Buffer.from(`-----BEGIN A-----\nBlock-Id: ${index}\n${filler}\n`);
  });
  return { content: Buffer.concat(texts), blocks: BlockList.of(recorded(texts)) };
}

/** What is recorded of blocks that are filed one behind the other. */
export function recorded(texts: readonly Uint8Array[], start = 0, previous = FIRST_LINK): RecordedBlock[] {
  let offset = start;
  let chain = previous;
  return texts.map((text) => {
    const sha256 = createHash('sha256').update(text).digest();
    chain = nextLink(chain, sha256);
    const block = { blockId: sha256.subarray(0, 16), offset, length: text.length, sha256, chain };
    offset += text.length;
    return block;
  });
}

export function bytesOf(content: Buffer): FileBytes {
  return {
    sizeBytes: content.length,
    read: (position, length) => {
      if (position < 0 || position + length > content.length) throw new RangeError('read outside of the file');
      return content.subarray(position, position + length);
    },
  };
}
