import type { Filing } from '../wire/block.ts';

/** A row of the journal's table `blocks`: docs/adr/0003-writer-journal.md. */
export interface BlockRow {
  readonly filed_order: number;
  readonly block_id: Uint8Array;
  readonly node: string;
  readonly session: string;
  readonly criterion: string;
  readonly file: string;
  readonly offset: number;
  readonly length: number;
  readonly sha256: Uint8Array;
  readonly chain: Uint8Array;
  readonly filed_at_us: number;
  readonly generation: number;
}

/** A row of the journal's table `files`: the file that has the name now. */
export interface FileRow {
  readonly file: string;
  readonly identity: string;
  readonly end_offset: number;
  readonly chain: Uint8Array;
  readonly generation: number;
}

export function filingOf(row: BlockRow): Filing {
  const { node, session, criterion, file, offset, length, sha256, chain, generation } = row;
  return {
    blockId: row.block_id,
    node,
    session,
    criterion,
    file,
    offset,
    length,
    sha256,
    chain,
    filedAtUs: row.filed_at_us,
    generation,
  };
}
