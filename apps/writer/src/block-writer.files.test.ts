import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nextLink } from '@fleet-forensics/shared/integrity/chain';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wholeBlock } from './block.fixture.ts';
import { textOf, WriterPlace } from './writer-place.fixture.ts';

let place: WriterPlace;
beforeEach(() => {
  place = new WriterPlace();
});
afterEach(() => place.remove());

describe('a policy with several formats', () => {
  const formats = ['extended', 'ecs', 'compatible'];
  const [A, B] = [wholeBlock('a', '/f.log', { formats }), wholeBlock('b', '/f.log', { formats })];

  it('has the first one in its own file, and one beside it for each other', async () => {
    await place.file([A, B]);
    expect(readdirSync(place.root).toSorted()).toEqual(['f.log', 'f.log.compatible', 'f.log.ndjson']);
    expect(place.contentOf('f.log')).toBe(textOf(A, B));
    expect(place.contentOf('f.log.compatible')).toBe(
      textOf(...[A, B].map((block) => ({ ...block, header: { ...block.header, formats: ['compatible'] } }))),
    );
    expect(place.contentOf('f.log.ndjson').trimEnd().split('\n')).toHaveLength(6);
    expect(place.counters).toMatchObject({ filed: 6 });
  });

  it('has a block filed in the others while one of them is held, and in that one later, once', async () => {
    mkdirSync(join(place.root, 'f.log.ndjson'), { recursive: true, mode: 0o750 });
    const { held, filings } = await place.file([A]);
    expect([held.map(({ block }) => block.id), filings.length, place.journal.filings(A.blockId)]).toEqual([[A.id], 2, []]);
    rmSync(join(place.root, 'f.log.ndjson'), { recursive: true });
    await place.file([A]);
    expect(place.contentOf('f.log.ndjson').trimEnd().split('\n')).toHaveLength(3);
    expect([place.contentOf('f.log'), place.journal.filings(A.blockId).length]).toEqual([textOf(A), 3]);
  });

  it('that names only one has it in its own file, whatever it is', async () => {
    await place.file([wholeBlock('a', '/events.json', { formats: ['ecs', 'ecs'] })]);
    expect(readdirSync(place.root)).toEqual(['events.json']);
  });
});

describe('a file for each block', () => {
  const [A, B] = [wholeBlock('a', '/%{node}/%{block}.log'), wholeBlock('b', '/%{node}/%{block}.log')];

  it('holds that block and nothing else, and no part of it is ever seen', async () => {
    const { filings } = await place.file([A, B]);
    expect(filings.map(({ file, offset, generation }) => [file, offset, generation])).toEqual([
      [`/ftp-eu-1/${A.id}.log`, 0, 1],
      [`/ftp-eu-1/${B.id}.log`, 0, 1],
    ]);
    expect(place.contentOf(`ftp-eu-1/${A.id}.log`)).toBe(textOf(A));
    expect(readdirSync(join(place.root, 'ftp-eu-1'))).toHaveLength(2);
  });

  it('is not written again when its block comes again', async () => {
    await place.file([A]);
    rmSync(join(place.root, `ftp-eu-1/${A.id}.log`));
    expect(await place.file([A])).toMatchObject({ filings: [], repeats: [{ offset: 0 }] });
  });

  it('replaces what a crash left', async () => {
    mkdirSync(join(place.root, 'ftp-eu-1'), { recursive: true, mode: 0o750 });
    for (const name of [`${A.id}.log`, `${A.id}.log.part`]) writeFileSync(join(place.root, 'ftp-eu-1', name), 'x'.repeat(9999));
    await place.file([A]);
    expect(place.contentOf(`ftp-eu-1/${A.id}.log`)).toBe(textOf(A));
    expect(existsSync(join(place.root, `ftp-eu-1/${A.id}.log.part`))).toBe(false);
  });
});

describe('more files than there may be', () => {
  const settings = { maxFiles: 3 };
  const block = (node: string) => wholeBlock(node, '/%{node}.log', { node });

  it('become one file, which is counted and said once', async () => {
    const nodes = Array.from({ length: 6 }, (_, index) => block(`n${index}`));
    await place.file(nodes, undefined, { settings });
    await place.file(
      [block('n0'), block('n6')].map((again) => ({ ...again, blockId: Buffer.alloc(16, again.id) })),
      undefined,
      { settings },
    );
    expect(readdirSync(place.root).toSorted()).toEqual(['n0.log', 'n1.log', 'n2.log', 'overflow.log']);
    expect(place.contentOf('overflow.log').startsWith(textOf(...nodes.slice(3)))).toBe(true);
    expect(place.counters).toMatchObject({ overflowed: 4, filed: 8 });
    expect(place.warnings[0]).toContain(
      'blocks of further ones go to /overflow.log; remove old ones, or raise FF_WRITER_MAX_FILES',
    );
  });

  it('become one for each format that their policies ask for, so that none holds two', async () => {
    const blocks = [['extended', 'ecs'], ['compatible'], ['ecs']].map((formats, index) =>
      wholeBlock(`x${index}`, `/x${index}.log`, { formats }),
    );
    await place.file([block('a'), block('b'), block('c'), ...blocks], undefined, { settings });
    const names = readdirSync(place.root).filter((name) => name.startsWith('overflow'));
    expect(names.toSorted()).toEqual(['overflow.log', 'overflow.log.compatible', 'overflow.log.ndjson']);
    expect(place.contentOf('overflow.log')).toBe(textOf(blocks[0]!));
    expect(place.contentOf('overflow.log.ndjson').trimEnd().split('\n').length).toBe(6);
  });

  it('are not counted when they were rotated', async () => {
    const texts = textOf(wholeBlock('a', '/f.log')).length;
    const rotating = { settings: { maxFiles: 1, rotateBytes: texts } };
    for (const name of ['a', 'b', 'c']) await place.file([wholeBlock(name, '/f.log')], undefined, rotating);
    expect(readdirSync(place.root).toSorted()).toEqual(['f.log', 'f.log.1', 'f.log.2']);
    expect(place.counters.overflowed).toBe(0);
  });

  it('are not counted once they are removed', async () => {
    await place.file([block('a'), block('b'), block('c')], undefined, { settings });
    rmSync(join(place.root, 'b.log'));
    await place.file([block('d')], undefined, { settings });
    expect(readdirSync(place.root).toSorted()).toEqual(['a.log', 'c.log', 'd.log']);
  });

  it('that was forgotten and comes again takes no number that its blocks have, and its chain goes on: verify tells them apart', async () => {
    const { filings: before } = await place.file([block('a'), block('b'), block('c')], undefined, { settings });
    rmSync(join(place.root, 'a.log'));
    await place.file([block('d')], undefined, { settings });
    expect(place.journal.file('/a.log')).toBeUndefined();
    rmSync(join(place.root, 'b.log'));
    const again = wholeBlock('again', '/%{node}.log', { node: 'a' });
    const { filings } = await place.file([again], undefined, { settings });
    const [{ chain, sha256, generation }] = filings as [(typeof filings)[0]];
    expect([generation, chain]).toEqual([2, nextLink(before[0]!.chain, sha256)]);
    expect([place.counters.adopted, place.contentOf('a.log')]).toEqual([0, textOf(again)]);
  });

  it('counts files of single blocks too', async () => {
    const blocks = ['a', 'b', 'c', 'd'].map((name) => wholeBlock(name, '/%{block}'));
    await place.file(blocks, undefined, { settings });
    expect([readdirSync(place.root).length, place.contentOf('overflow.log')]).toEqual([4, textOf(blocks[3]!)]);
  });
});
