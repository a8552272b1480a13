import { describe, expect, it } from 'vitest';
import { BlockList, type RecordedBlock } from '@fleet-forensics/shared/integrity/block-list';
import { recorded } from '../../../../libs/shared/src/integrity/recorded-file.fixture.ts';
import { disagreement } from './witness.ts';

const BLOCKS = recorded(['a', 'b', 'c', 'd', 'e'].map((text) => Buffer.from(`${text}\n`)));

function compared(first: readonly RecordedBlock[], second: readonly RecordedBlock[]) {
  return disagreement(BlockList.of(first), BlockList.of(second));
}

describe('two records of a file', () => {
  it('agree where one has forgotten the oldest blocks, and the other does not know the newest yet', () => {
    expect(compared(BLOCKS, BLOCKS)).toBeUndefined();
    expect(compared(BLOCKS.slice(2), BLOCKS)).toBeUndefined();
    expect(compared(BLOCKS, BLOCKS.slice(1, 4))).toBeUndefined();
    expect(compared(BLOCKS, [])).toBeUndefined();
  });

  it('disagree on a block that is not the same in both: a rewritten journal is told from the true one', () => {
    const [, second] = BLOCKS;
    for (const change of [{ length: 3 }, { sha256: BLOCKS[0]!.sha256 }, { chain: BLOCKS[0]!.chain }]) {
      const others = BLOCKS.with(1, { ...second!, ...change });
      expect(compared(others, BLOCKS)).toMatchObject({ blockId: second!.blockId, offset: 2, knownTo: 'both' });
    }
  });

  it('disagree on a block that only one of them knows', () => {
    expect(compared(BLOCKS.toSpliced(2, 1), BLOCKS)).toMatchObject({ offset: 4, knownTo: 'second' });
    expect(compared(BLOCKS, BLOCKS.toSpliced(2, 1))).toMatchObject({ offset: 4, knownTo: 'first' });
    expect(compared(BLOCKS.slice(0, 4), BLOCKS)).toMatchObject({ offset: 8, knownTo: 'second' });
  });
});
