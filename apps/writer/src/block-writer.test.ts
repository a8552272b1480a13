import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Filing } from '@fleet-forensics/shared/wire/block';
import { encodeFiling } from '@fleet-forensics/shared/wire/codec';
import type { WholeBlock } from './block-assembly.ts';
import { blockHeader, blockId, wholeBlock } from './block.fixture.ts';
import { NODE_FILE_CALLS, type FileCalls } from './file-calls.ts';
import { Journal } from './journal.ts';
import { DAY_US, textOf, WriterPlace } from './writer-place.fixture.ts';

const [A, B, C] = ['a', 'b', 'c'].map((name) => wholeBlock(name, '/forensic.log')) as [WholeBlock, WholeBlock, WholeBlock];
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
  it('stand in their own files, in order, without a gap', () => {
    const { filings, refused } = place.writer().file([A, OTHER, B]);
    expect(place.contentOf('forensic.log')).toBe(textOf(A, B));
    expect(place.contentOf('other.log')).toBe(textOf(OTHER));
    expect(filings.map(({ file, offset }) => `${file} ${offset}`)).toEqual([
      '/forensic.log 0',
      `/forensic.log ${textOf(A).length}`,
      '/other.log 0',
    ]);
    expect([refused, place.counters.filed, place.counters.filedBytes]).toEqual([[], 3, textOf(A, B, OTHER).length]);
  });

  it('are dropped when they come again, in one batch or later, and their filing is said again', () => {
    const first = place.writer().file([A, A, B]).filings;
    const { repeats, filings } = place.writer().file([B, A, C]);
    expect(place.contentOf('forensic.log')).toBe(textOf(A, B, C));
    expect(repeats.map(said)).toEqual([first[1]!, first[0]!].map(said));
    expect(filings.map(({ offset }) => offset)).toEqual([textOf(A, B).length]);
    expect(place.counters).toMatchObject({ filed: 3, repeated: 2 });
  });

  it('go on behind what two spellings of one path name', () => {
    place.writer().file([A]);
    place.writer().file([wholeBlock('b', '//forensic.log')]);
    expect(place.contentOf('forensic.log')).toHaveLength(textOf(A, wholeBlock('b', '//forensic.log')).length);
    expect(place.counters.tornTails).toBe(0);
  });

  it('are remembered for 30 days, and the newest 100,000 for ever', () => {
    const [filing] = place.writer().file([A]).filings;
    place.journal.begin();
    for (let other = 0; other < 99_999; other++) place.journal.add({ ...filing!, blockId: blockId(String(other)) });
    place.journal.commit();
    place.nowUs += 30 * DAY_US;
    place.writer().file([B]);
    expect(place.journal.filing(A.blockId)).toBeDefined();
    place.nowUs += DAY_US;
    place.writer().file([C]);
    expect(place.journal.filing(A.blockId)).toBeUndefined();
    expect(place.journal.filing(blockId('3'))).toBeDefined();
  });

  it('are not filed twice because the clock was set forward', () => {
    place.writer().file([A]);
    place.nowUs += 400 * DAY_US;
    place.writer().file([B]);
    place.writer().file([C]);
    place.writer().file([A, B, C]);
    expect(place.contentOf('forensic.log')).toBe(textOf(A, B, C));
  });
});

describe('two writers that both believe they own a file', () => {
  it('take turns, and neither repeats nor cuts what the other filed', () => {
    const journal2 = new Journal(join(place.base, 'journal'));
    const [one, two] = [place.writer(), place.writer(NODE_FILE_CALLS, { journal: journal2 })];
    one.file([A]);
    two.file([A, B]);
    one.file([B, C]);
    journal2.close();
    expect(place.contentOf('forensic.log')).toBe(textOf(A, B, C));
    expect(place.counters).toMatchObject({ filed: 3, repeated: 2, tornTails: 0, adopted: 0 });
  });

  it('never write at the same time', () => {
    const journal2 = new Journal(join(place.base, 'journal'), 0);
    const locked = expect.objectContaining({ code: 'FF_FILING_FAILED', message: expect.stringContaining('locked') });
    const lstat: FileCalls['lstat'] = (path) => {
      expect(() => place.writer(NODE_FILE_CALLS, { journal: journal2 }).file([B])).toThrow(locked);
      return NODE_FILE_CALLS.lstat(path);
    };
    place.writer({ ...NODE_FILE_CALLS, lstat }).file([A]);
    place.writer(NODE_FILE_CALLS, { journal: journal2 }).file([B]);
    journal2.close();
    expect(place.contentOf('forensic.log')).toBe(textOf(A, B));
  });
});

describe('a file that is cut while it is written', () => {
  it('holds the blocks whole when they have come again', () => {
    let cuts = 1;
    const write: FileCalls['write'] = (fd, bytes) => {
      if (cuts-- > 0) truncateSync(join(place.root, 'forensic.log'), 0);
      return NODE_FILE_CALLS.write(fd, bytes);
    };
    place.writer().file([A]);
    const { filings, held } = place.writer({ ...NODE_FILE_CALLS, write }).file([B]);
    expect([filings, held[0]?.error.cause]).toEqual([[], expect.objectContaining({ code: 'FF_FILE_CHANGED' })]);
    const [filing] = place.writer().file([B]).filings;
    expect(place.contentOf('forensic.log').slice(filing!.offset)).toBe(textOf(B));
  });
});

describe('a block that can never be filed', () => {
  it('is handed back with the reason and stops no other', () => {
    const relative = wholeBlock('x', 'f');
    const upwards = wholeBlock('y', '/../f');
    const damaged = wholeBlock('z', '/forensic.log', { header: blockHeader(9) });
    const { filings, refused, held } = place.writer().file([relative, upwards, damaged, A]);
    expect(refused.map(({ block, error }) => [block, error.code])).toEqual([
      [relative, 'FF_UNSAFE_PATH'],
      [upwards, 'FF_UNSAFE_PATH'],
      [damaged, 'FF_BAD_MESSAGE_LIST'],
    ]);
    expect([filings.length, held]).toEqual([1, []]);
    expect(place.contentOf('forensic.log')).toBe(textOf(A));
  });
});
