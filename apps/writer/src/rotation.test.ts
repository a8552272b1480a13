import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ListedBlock, wholeBlock } from './block.fixture.ts';
import { NODE_FILE_CALLS } from './file-calls.ts';
import { DAY_US, textOf, WriterPlace } from './writer-place.fixture.ts';

const BLOCKS = ['a', 'b', 'c', 'd', 'e'].map((name) => wholeBlock(name, '/f.log'));
const [A, B, C] = BLOCKS as [ListedBlock, ListedBlock, ListedBlock];
const SIZE = textOf(A).length;

let place: WriterPlace;
beforeEach(() => {
  place = new WriterPlace();
});
afterEach(() => place.remove());

async function fileOneByOne(blocks: readonly ListedBlock[], settings: object): Promise<void> {
  const { writer, rotatedFiles } = place.filing(NODE_FILE_CALLS, { settings });
  for (const block of blocks) {
    await writer.file(writer.prepare([block]));
    await rotatedFiles.tidy();
  }
}

describe('rotation', () => {
  it('by size keeps a file below it, and blocks whole; filings say which file', async () => {
    await fileOneByOne(BLOCKS, { rotateBytes: 2 * SIZE + 10 });
    const files = ['f.log.1', 'f.log.2', 'f.log'].map((name) => place.contentOf(name));
    expect(files).toEqual([textOf(A, B), textOf(C, BLOCKS[3]!), textOf(BLOCKS[4]!)]);
    const filings = BLOCKS.map(({ blockId }) => place.journal.filing(blockId)!);
    expect(filings.map(({ file, generation, offset }) => [file, generation, offset])).toEqual([
      ['/f.log', 1, 0],
      ['/f.log', 1, SIZE],
      ['/f.log', 2, 0],
      ['/f.log', 2, SIZE],
      ['/f.log', 3, 0],
    ]);
    expect([place.counters.rotated, place.counters.adopted, place.warnings]).toEqual([2, 0, []]);
  });

  it('never makes an empty file of a block that is larger than the bound', async () => {
    await fileOneByOne([A, B], { rotateBytes: 1 });
    expect(readdirSync(place.root).toSorted()).toEqual(['f.log', 'f.log.1']);
  });

  it('by day begins a new file with the first block of another UTC day', async () => {
    const settings = { rotateDaily: true };
    place.nowUs = 100 * DAY_US + 1;
    await fileOneByOne([A], settings);
    place.nowUs = 101 * DAY_US - 1;
    await fileOneByOne([B], settings);
    place.nowUs = 101 * DAY_US;
    await fileOneByOne([C], settings);
    expect([place.contentOf('f.log.1'), place.contentOf('f.log')]).toEqual([textOf(A, B), textOf(C)]);
  });

  it('is put off, and holds up no block, while something else has the name; that is said once', async () => {
    mkdirSync(place.root, { mode: 0o750 });
    writeFileSync(join(place.root, 'f.log.1'), 'mine');
    await fileOneByOne([A, B, C], { rotateBytes: SIZE });
    expect([place.contentOf('f.log.1'), place.contentOf('f.log')]).toEqual(['mine', textOf(A, B, C)]);
    expect(place.counters).toMatchObject({ rotated: 0, rotationsPutOff: 2, filed: 3 });
    expect(place.warnings).toEqual([
      `${join(place.root, 'f.log')} is not rotated, and grows on: f.log.1 is there already, move it away`,
    ]);
  });

  it('by an admin who renames the file to its next name is the same as its own', async () => {
    await fileOneByOne([A], {});
    NODE_FILE_CALLS.renameAt(NODE_FILE_CALLS.openPath(place.root), 'f.log', 'f.log.1');
    await fileOneByOne([B], {});
    expect(place.journal.generations()).toMatchObject([{ file: '/f.log', generation: 1, state: 'plain' }]);
    expect(place.counters).toMatchObject({ rotated: 1, adopted: 0 });
  });
});

describe('rotated files', () => {
  const settings = { rotateBytes: SIZE };

  it('are compressed on demand, and the plain one goes when the other is durable', async () => {
    await fileOneByOne([A, B, C], { ...settings, rotatedGzip: true });
    expect(readdirSync(place.root).toSorted()).toEqual(['f.log', 'f.log.1.gz', 'f.log.2.gz']);
    expect(gunzipSync(readFileSync(join(place.root, 'f.log.1.gz'))).toString()).toBe(textOf(A));
    expect(place.journal.generations().map(({ state }) => state)).toEqual(['gzip', 'gzip']);
  });

  it('are removed over their number, oldest first, compressed or not, and the journal remembers that', async () => {
    await fileOneByOne(BLOCKS, { ...settings, rotatedKeep: 2 });
    expect(readdirSync(place.root).toSorted()).toEqual(['f.log', 'f.log.3', 'f.log.4']);
    expect(place.counters.removed).toBe(2);
    expect(place.journal.generations().map(({ generation }) => generation)).toEqual([4, 3]);
  });

  it('are removed when they are old, and nothing else is', async () => {
    await fileOneByOne([A, B], { ...settings, rotatedDays: 7 });
    writeFileSync(join(place.root, 'f.log.7'), 'mine');
    place.nowUs += 8 * DAY_US;
    await fileOneByOne([C], { ...settings, rotatedDays: 7 });
    expect(readdirSync(place.root).toSorted()).toEqual(['f.log', 'f.log.2', 'f.log.7']);
  });

  it('that somebody took away are not missed', async () => {
    await fileOneByOne([A, B], settings);
    NODE_FILE_CALLS.unlinkAt(NODE_FILE_CALLS.openPath(place.root), 'f.log.1');
    await fileOneByOne([], { ...settings, rotatedGzip: true });
    await place.filing(NODE_FILE_CALLS, { settings: { ...settings, rotatedGzip: true } }).rotatedFiles.tidy();
    expect([place.journal.generations(), place.warnings]).toEqual([[], []]);
  });

  it('wait, and are said, while their directory is not safe', async () => {
    await fileOneByOne([A, B], settings);
    chmodSync(place.root, 0o777);
    await place.filing(NODE_FILE_CALLS, { settings: { ...settings, rotatedGzip: true } }).rotatedFiles.tidy();
    expect(place.warnings).toEqual([expect.stringContaining('/f.log.1 is left as it is for now')]);
    expect(readdirSync(place.root).toSorted()).toEqual(['f.log', 'f.log.1']);
  });
});
