import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Filing } from '@fleet-forensics/shared/wire/block';
import { encodeFiling } from '@fleet-forensics/shared/wire/codec';
import { blockId, type ListedBlock, wholeBlock } from './block.fixture.ts';
import { NODE_FILE_CALLS, type FileCalls } from './file-calls.ts';
import { Journal } from './journal.ts';
import { DAY_US, textOf, WriterPlace } from './writer-place.fixture.ts';

const [A, B, C] = ['a', 'b', 'c'].map((name) => wholeBlock(name, '/forensic.log')) as [ListedBlock, ListedBlock, ListedBlock];
const OTHER = wholeBlock('other', '/other.log');

let place: WriterPlace;
beforeEach(() => {
  place = new WriterPlace();
});
afterEach(() => place.remove());

/** What others are told of it. */
function said(filing: Filing): string {
  return encodeFiling(filing).toString('hex');
}

describe('blocks that are filed', () => {
  it('stand in their own files, in order, without a gap', async () => {
    const { filings, refused } = await place.file([A, OTHER, B]);
    expect(place.contentOf('forensic.log')).toBe(textOf(A, B));
    expect(place.contentOf('other.log')).toBe(textOf(OTHER));
    expect(filings.map(({ file, offset }) => `${file} ${offset}`)).toEqual([
      '/forensic.log 0',
      `/forensic.log ${textOf(A).length}`,
      '/other.log 0',
    ]);
    expect([refused, place.counters.filed, place.counters.filedBytes]).toEqual([[], 3, textOf(A, B, OTHER).length]);
  });

  it('are dropped when they come again, in one batch or later, and their filing is said again', async () => {
    const first = (await place.file([A, A, B])).filings;
    const { repeats, filings } = await place.file([B, A, C]);
    expect(place.contentOf('forensic.log')).toBe(textOf(A, B, C));
    expect(repeats.map(said)).toEqual([first[1]!, first[0]!].map(said));
    expect(filings.map(({ offset }) => offset)).toEqual([textOf(A, B).length]);
    expect(place.counters).toMatchObject({ filed: 3, repeated: 2 });
  });

  it('go on behind what two spellings of one path name', async () => {
    await place.file([A]);
    await place.file([wholeBlock('b', '//forensic.log')]);
    expect(place.contentOf('forensic.log')).toHaveLength(textOf(A, wholeBlock('b', '//forensic.log')).length);
    expect(place.counters.tornTails).toBe(0);
  });

  it('are remembered for 30 days, and the newest 100,000 for ever', async () => {
    const [filing] = (await place.file([A])).filings;
    place.journal.begin();
    for (let other = 0; other < 99_999; other++) place.journal.add({ ...filing!, blockId: blockId(String(other)) });
    place.journal.commit();
    place.nowUs += 30 * DAY_US;
    await place.file([B]);
    expect(place.journal.filing(A.blockId)).toBeDefined();
    place.nowUs += DAY_US;
    await place.file([C]);
    expect(place.journal.filing(A.blockId)).toBeUndefined();
    expect(place.journal.filing(blockId('3'))).toBeDefined();
  });

  it('are not filed twice because the clock was set forward', async () => {
    await place.file([A]);
    place.nowUs += 400 * DAY_US;
    await place.file([B]);
    await place.file([C]);
    await place.file([A, B, C]);
    expect(place.contentOf('forensic.log')).toBe(textOf(A, B, C));
  });
});

describe('two writers that both believe they own a file', () => {
  it('take turns, and neither repeats nor cuts what the other filed', async () => {
    const journal2 = new Journal(join(place.base, 'journal'));
    const files = async (blocks: ListedBlock[], journal: Journal) => place.file(blocks, NODE_FILE_CALLS, { journal });
    await files([A], place.journal);
    await files([A, B], journal2);
    await files([B, C], place.journal);
    journal2.close();
    expect(place.contentOf('forensic.log')).toBe(textOf(A, B, C));
    expect(place.counters).toMatchObject({ filed: 3, repeated: 2, tornTails: 0, adopted: 0 });
  });

  it('never write at the same time', async () => {
    const journal2 = new Journal(join(place.base, 'journal'), 0);
    const locked = expect.objectContaining({ code: 'FF_FILING_FAILED', message: expect.stringContaining('locked') });
    const fdatasync: FileCalls['fdatasync'] = async (fd) => {
      await expect(place.file([B], NODE_FILE_CALLS, { journal: journal2 })).rejects.toThrow(locked);
      return NODE_FILE_CALLS.fdatasync(fd);
    };
    await place.file([A], { ...NODE_FILE_CALLS, fdatasync });
    await place.file([B], NODE_FILE_CALLS, { journal: journal2 });
    journal2.close();
    expect(place.contentOf('forensic.log')).toBe(textOf(A, B));
  });
});

describe('a file that is cut while it is written', () => {
  it('holds the blocks whole when they have come again', async () => {
    let cuts = 1;
    const write: FileCalls['write'] = (fd, buffers) => {
      if (cuts-- > 0) truncateSync(join(place.root, 'forensic.log'), 0);
      return NODE_FILE_CALLS.write(fd, buffers);
    };
    await place.file([A]);
    const { filings, held } = await place.file([B], { ...NODE_FILE_CALLS, write });
    expect([filings, held[0]?.error.cause]).toEqual([[], expect.objectContaining({ code: 'FF_FILE_CHANGED' })]);
    const [filing] = (await place.file([B])).filings;
    expect(place.contentOf('forensic.log').slice(filing!.offset)).toBe(textOf(B));
  });
});

describe('a block that can never be filed', () => {
  it('is handed back with the reason and stops no other', async () => {
    const relative = wholeBlock('x', 'f');
    const upwards = wholeBlock('y', '/../f');
    const damaged = wholeBlock('z', '/forensic.log', { messageCount: 9 });
    const { filings, refused, held } = await place.file([relative, upwards, damaged, A]);
    expect(refused.map(({ block, error }) => [block, error.code])).toEqual([
      [relative, 'FF_UNSAFE_PATH'],
      [upwards, 'FF_UNSAFE_PATH'],
      [damaged, 'FF_BAD_MESSAGE_LIST'],
    ]);
    expect([filings.length, held]).toEqual([1, []]);
    expect(place.contentOf('forensic.log')).toBe(textOf(A));
  });
});
