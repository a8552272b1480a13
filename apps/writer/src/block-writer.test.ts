import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Filing } from '@fleet-forensics/shared/wire/block';
import { encodeFiling } from '@fleet-forensics/shared/wire/codec';
import type { WholeBlock } from './block-assembly.ts';
import { blockText } from './block-text.ts';
import { BlockWriter } from './block-writer.ts';
import { blockHeader, wholeBlock } from './block.fixture.ts';
import { NODE_FILE_CALLS, type FileCalls } from './file-calls.ts';
import { Journal } from './journal.ts';
import { WriterCounters } from './writer-counters.ts';

const [A, B, C] = ['a', 'b', 'c'].map((name) => wholeBlock(name, '/forensic.log')) as [WholeBlock, WholeBlock, WholeBlock];
const OTHER = wholeBlock('other', '/other.log');
const DAY_US = 86_400_000_000;

let base: string;
let root: string;
let journal: Journal;
let counters: WriterCounters;
let warnings: string[];
let nowUs: number;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'ff-block-writer-'));
  root = join(base, 'root');
  journal = new Journal(join(base, 'journal'));
  counters = new WriterCounters();
  warnings = [];
  nowUs = 100 * DAY_US;
});
afterEach(() => {
  journal.close();
  rmSync(base, { recursive: true });
});

function writer(calls: FileCalls = NODE_FILE_CALLS, ofJournal = journal): BlockWriter {
  return new BlockWriter({ root, journal: ofJournal, calls, counters, warn: (line) => warnings.push(line), nowUs: () => nowUs });
}

function textOf(...blocks: WholeBlock[]): string {
  return blocks.map(({ blockId, header, messages }) => blockText(blockId, header, messages).toString()).join('');
}

/** What others are told of it. */
function said(filing: Filing): string {
  return encodeFiling(filing).toString('hex');
}

function contentOf(name: string): string {
  return readFileSync(join(root, name), 'utf8');
}

describe('blocks that are filed', () => {
  it('stand in their own files, in order, without a gap', () => {
    const { filings, refused } = writer().file([A, OTHER, B]);
    expect(contentOf('forensic.log')).toBe(textOf(A, B));
    expect(contentOf('other.log')).toBe(textOf(OTHER));
    expect(filings.map(({ file, offset }) => `${file} ${offset}`)).toEqual([
      '/forensic.log 0',
      `/forensic.log ${textOf(A).length}`,
      '/other.log 0',
    ]);
    expect([refused, counters.filed, counters.filedBytes]).toEqual([[], 3, textOf(A, B, OTHER).length]);
  });

  it('are dropped when they come again, in one batch or later, and their filing is said again', () => {
    const first = writer().file([A, A, B]).filings;
    const second = writer().file([B, A, C]).filings;
    expect(contentOf('forensic.log')).toBe(textOf(A, B, C));
    expect(second.slice(0, 2).map(said)).toEqual([first[1]!, first[0]!].map(said));
    expect(counters).toMatchObject({ filed: 3, repeated: 2 });
  });

  it('go on behind what two spellings of one path name', () => {
    writer().file([A]);
    writer().file([wholeBlock('b', '//forensic.log')]);
    expect(contentOf('forensic.log')).toHaveLength(textOf(A, wholeBlock('b', '//forensic.log')).length);
    expect(counters.tornTails).toBe(0);
  });

  it('are remembered for 30 days', () => {
    writer().file([A]);
    nowUs += 30 * DAY_US;
    writer().file([B]);
    expect(journal.filing(A.blockId)).toBeDefined();
    nowUs += DAY_US;
    writer().file([C]);
    expect(journal.filing(A.blockId)).toBeUndefined();
    expect(journal.filing(B.blockId)).toBeDefined();
  });
});

describe('two writers that both believe they own a file', () => {
  it('take turns, and neither repeats nor cuts what the other filed', () => {
    const journal2 = new Journal(join(base, 'journal'));
    const [one, two] = [writer(), writer(NODE_FILE_CALLS, journal2)];
    one.file([A]);
    two.file([A, B]);
    one.file([B, C]);
    journal2.close();
    expect(contentOf('forensic.log')).toBe(textOf(A, B, C));
    expect(counters).toMatchObject({ filed: 3, repeated: 2, tornTails: 0, shortened: 0 });
  });

  it('never write at the same time', () => {
    const journal2 = new Journal(join(base, 'journal'), 0);
    const locked = expect.objectContaining({ code: 'FF_FILING_FAILED', message: expect.stringContaining('locked') });
    const lstat: FileCalls['lstat'] = (path) => {
      expect(() => writer(NODE_FILE_CALLS, journal2).file([B])).toThrow(locked);
      return NODE_FILE_CALLS.lstat(path);
    };
    writer({ ...NODE_FILE_CALLS, lstat }).file([A]);
    writer(NODE_FILE_CALLS, journal2).file([B]);
    journal2.close();
    expect(contentOf('forensic.log')).toBe(textOf(A, B));
  });
});

describe('a file that is not as it was left', () => {
  it('loses what stands behind the last whole block', () => {
    writer().file([A]);
    appendFileSync(join(root, 'forensic.log'), textOf(B).slice(0, 50));
    writer().file([B]);
    expect(contentOf('forensic.log')).toBe(textOf(A, B));
    expect(counters.tornTails).toBe(1);
    expect(warnings).toEqual([expect.stringContaining(`cut off 50 bytes behind the last whole block, at ${textOf(A).length}`)]);
  });

  it('goes on where it ends now when it was cut or rotated by renaming, and that is said once', () => {
    writer().file([A]);
    truncateSync(join(root, 'forensic.log'), 10);
    writer().file([B]);
    expect(contentOf('forensic.log')).toBe(textOf(A).slice(0, 10) + textOf(B));
    renameSync(join(root, 'forensic.log'), join(root, 'forensic.log.1'));
    const [filing] = writer().file([C]).filings;
    expect([contentOf('forensic.log'), filing?.offset]).toEqual([textOf(C), 0]);
    writer().file([wholeBlock('d', '/forensic.log')]);
    expect([counters.shortened, warnings.length]).toEqual([2, 2]);
  });
});

describe('a file that is cut while it is written', () => {
  it('holds the blocks whole when they have come again', () => {
    let cuts = 1;
    const write: FileCalls['write'] = (fd, bytes) => {
      if (cuts-- > 0) truncateSync(join(root, 'forensic.log'), 0);
      return NODE_FILE_CALLS.write(fd, bytes);
    };
    writer().file([A]);
    const changed = expect.objectContaining({ cause: expect.objectContaining({ code: 'FF_FILE_CHANGED' }) });
    expect(() => writer({ ...NODE_FILE_CALLS, write }).file([B])).toThrow(changed);
    const [filing] = writer().file([B]).filings;
    expect(contentOf('forensic.log').slice(filing!.offset)).toBe(textOf(B));
  });
});

describe('a block that can never be filed', () => {
  it('is handed back with the reason and stops no other', () => {
    writer().file([A]);
    symlinkSync('/etc', join(root, 'out'));
    const unsafe = wholeBlock('x', '/out/f');
    const relative = wholeBlock('y', 'f');
    const damaged = wholeBlock('z', '/forensic.log', { header: blockHeader(9) });
    const { filings, refused } = writer().file([unsafe, relative, damaged, B]);
    expect(refused.map(({ block, error }) => [block, error.code])).toEqual([
      [unsafe, 'FF_UNSAFE_PATH'],
      [relative, 'FF_UNSAFE_PATH'],
      [damaged, 'FF_BAD_MESSAGE_LIST'],
    ]);
    expect(filings).toHaveLength(1);
    expect(contentOf('forensic.log')).toBe(textOf(A, B));
  });
});

describe('a full disk', () => {
  it('leaves no half block in any file while it lasts, and costs none', () => {
    let full = true;
    const calls: FileCalls = {
      ...NODE_FILE_CALLS,
      fdatasync: (fd) => {
        if (full && contentOf('forensic.log').includes('of b')) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
        NODE_FILE_CALLS.fdatasync(fd);
      },
    };
    writer(calls).file([A]);
    const failure = expect.objectContaining({ code: 'FF_FILING_FAILED', message: expect.stringContaining('ENOSPC') });
    expect(() => writer(calls).file([OTHER, B])).toThrow(failure);
    expect([contentOf('forensic.log'), contentOf('other.log'), counters.failures]).toEqual([textOf(A), '', 1]);
    full = false;
    writer(calls).file([OTHER, B]);
    expect([contentOf('forensic.log'), contentOf('other.log')]).toEqual([textOf(A, B), textOf(OTHER)]);
    expect(counters.tornTails).toBe(0);
  });
});
