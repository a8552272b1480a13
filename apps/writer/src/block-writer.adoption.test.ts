import { appendFileSync, copyFileSync, mkdirSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wholeBlock, type ListedBlock } from './block.fixture.ts';
import { NODE_FILE_CALLS } from './file-calls.ts';
import { nextLink } from '@fleet-forensics/shared/integrity/chain';
import { textOf, WriterPlace } from './writer-place.fixture.ts';

const [A, B, C, D] = ['a', 'b', 'c', 'd'].map((name) => wholeBlock(name, '/forensic.log')) as [
  ListedBlock,
  ListedBlock,
  ListedBlock,
  ListedBlock,
];
const EVIDENCE = 'years of evidence\n'.repeat(1000);

let place: WriterPlace;
let log: string;
beforeEach(() => {
  place = new WriterPlace();
  log = join(place.root, 'forensic.log');
});
afterEach(() => place.remove());

describe('the file that the journal knows', () => {
  it('loses what stands behind its last whole block', async () => {
    await place.file([A]);
    appendFileSync(log, textOf(B).slice(0, 50));
    await place.file([B]);
    expect(place.contentOf('forensic.log')).toBe(textOf(A, B));
    expect(place.counters).toMatchObject({ tornTails: 1, adopted: 0 });
    expect(place.warnings).toEqual([`${log}: cut off 50 bytes behind the last whole block, at ${textOf(A).length}`]);
  });

  it('goes on where it ends now when it was cut, and that is said once', async () => {
    await place.file([A]);
    truncateSync(log, 10);
    await place.file([B]);
    await place.file([C]);
    expect(place.contentOf('forensic.log')).toBe(textOf(A).slice(0, 10) + textOf(B, C));
    expect(place.counters).toMatchObject({ tornTails: 0, adopted: 1 });
    expect(place.warnings).toEqual([
      `${log}: has 10 bytes where ${textOf(A).length} were filed (cut); blocks go on at its end, 10`,
    ]);
  });
});

describe('another file under the name', () => {
  const exchanges: [what: string, exchange: () => void][] = [
    [
      'put in its place by renaming',
      () => {
        writeFileSync(join(place.root, 'merged'), EVIDENCE);
        renameSync(join(place.root, 'merged'), log);
      },
    ],
    [
      'made anew where it was removed, with the inode number that became free',
      () => {
        const { birthtimeNs } = statSync(log, { bigint: true });
        do {
          rmSync(log);
          writeFileSync(log, EVIDENCE);
        } while (statSync(log, { bigint: true }).birthtimeNs === birthtimeNs);
      },
    ],
  ];
  it.each(exchanges)('keeps all it holds: %s', async (_, exchange) => {
    await place.file([A]);
    exchange();
    const [filing] = (await place.file([B])).filings;
    await place.file([C]);
    expect(place.contentOf('forensic.log')).toBe(EVIDENCE + textOf(B, C));
    expect(filing?.offset).toBe(EVIDENCE.length);
    expect(place.counters).toMatchObject({ tornTails: 0, adopted: 1 });
    const was = `is another file than the one of ${textOf(A).length} bytes before`;
    expect(place.warnings).toEqual([`${log}: ${was} (rotated or exchanged); blocks go on at its end, ${EVIDENCE.length}`]);
  });

  it('is begun when the file was rotated, and the old one is gone on with when it is put back', async () => {
    await place.file([A]);
    renameSync(log, `${log}.1`);
    const [filing] = (await place.file([B])).filings;
    expect([place.contentOf('forensic.log'), filing?.offset]).toEqual([textOf(B), 0]);
    renameSync(`${log}.1`, log);
    await place.file([C]);
    await place.file([D]);
    expect(place.contentOf('forensic.log')).toBe(textOf(A, C, D));
    expect(place.counters).toMatchObject({ tornTails: 0, rotated: 1, adopted: 1 });
  });

  it('keeps all it holds when the journal is used with another root', async () => {
    await place.file([A]);
    const root = join(place.base, 'new');
    mkdirSync(root, { mode: 0o750 });
    writeFileSync(join(root, 'forensic.log'), EVIDENCE);
    await place.file([B], NODE_FILE_CALLS, { root });
    expect(place.contentOf('../new/forensic.log')).toBe(EVIDENCE + textOf(B));
    expect(place.contentOf('forensic.log')).toBe(textOf(A));
  });
});

describe('a copy of the file that the journal knows', () => {
  function restore(): void {
    copyFileSync(log, join(place.base, 'backup'));
    rmSync(log);
    writeFileSync(join(place.root, 'takes the inode'), '');
    copyFileSync(join(place.base, 'backup'), log);
  }

  it('is gone on with, and its chain too, when it was put back from a backup', async () => {
    const [first] = (await place.file([A])).filings;
    restore();
    const [second] = (await place.file([B])).filings;
    expect(place.contentOf('forensic.log')).toBe(textOf(A, B));
    expect([second?.generation, second?.offset]).toEqual([first?.generation, textOf(A).length]);
    expect(Buffer.from(second!.chain).equals(nextLink(first!.chain, second!.sha256))).toBe(true);
    expect(place.counters).toMatchObject({ adopted: 0, rotated: 0 });
    expect(place.warnings).toEqual([]);
  });

  it('loses a torn write again from then on', async () => {
    await place.file([A]);
    restore();
    await place.file([B]);
    appendFileSync(log, textOf(C).slice(0, 50));
    await place.file([C]);
    expect(place.contentOf('forensic.log')).toBe(textOf(A, B, C));
    expect(place.counters).toMatchObject({ tornTails: 1, adopted: 0 });
  });

  it.each([
    ['of the same length with another last block', () => writeFileSync(log, textOf(B))],
    ['with something behind its last block', () => appendFileSync(log, 'x')],
  ])('is another file: one %s', async (_, change) => {
    await place.file([A]);
    restore();
    change();
    const [filing] = (await place.file([C])).filings;
    expect(filing?.generation).toBe(2);
    expect(place.counters).toMatchObject({ tornTails: 0, adopted: 1 });
  });
});

describe('a file that was there before the writer', () => {
  it('keeps all it holds, and that is said', async () => {
    mkdirSync(place.root, { mode: 0o750 });
    writeFileSync(log, EVIDENCE);
    await place.file([A]);
    await place.file([B]);
    expect(place.contentOf('forensic.log')).toBe(EVIDENCE + textOf(A, B));
    const holds = `holds ${EVIDENCE.length} bytes that are not in the journal`;
    expect(place.warnings).toEqual([`${log}: ${holds}; blocks go on at its end, ${EVIDENCE.length}`]);
  });
});
