import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { BlockList } from './block-list.ts';
import { type Damage, damageOf } from './damage.ts';
import { IntactRun } from './intact-run.ts';
import { bytesOf, recordedFile } from './recorded-file.fixture.ts';

const EDITS = 10_000;
const SEED = 1_795_422_257;
const { content, blocks } = recordedFile(60);
const bounds = Array.from({ length: blocks.length + 1 }, (_, index) => blocks.offset(index));

/** A change, and the kinds of damage that it can't be told from. */
interface Edit {
  readonly name: string;
  readonly edited: Buffer;
  readonly kinds: readonly Damage['kind'][];
}

const position = fc.nat({ max: content.length - 1 });
const block = fc.nat({ max: blocks.length - 1 });

const byteEdit = fc.tuple(position, fc.integer({ min: 1, max: 255 })).map(([at, change]): Edit => {
  const edited = Buffer.from(content);
  edited[at]! ^= change;
  return { name: `byte ${at}`, edited, kinds: ['altered'] };
});
const cut = fc.tuple(position, fc.integer({ min: 1, max: 1500 })).map(([at, length]) => cutOut(at, at + length));
const truncation = position.map((at) => cutOut(at, content.length));
const deletion = fc.tuple(block, fc.integer({ min: 1, max: 5 })).map(([first, count]) => {
  return cutOut(bounds[first]!, bounds[Math.min(first + count, blocks.length)]!);
});
const insertion = fc
  .tuple(fc.nat({ max: content.length }), fc.uint8Array({ minLength: 1, maxLength: 900 }))
  .map(([at, bytes]) => putIn(at, bytes));
const copyAtBound = fc
  .tuple(fc.nat({ max: blocks.length }), block)
  .map(([at, copied]) => putIn(bounds[at]!, bytesOfBlock(copied)));
const copyAnywhere = fc.tuple(position, block).map(([at, copied]) => putIn(at, bytesOfBlock(copied)));
const swap = fc.tuple(block, block).map(([a, b]) => inOrder(order().with(a, b).with(b, a), `blocks ${a} and ${b} swapped`));
const move = fc.tuple(block, block).map(([from, to]) => {
  const others = order().filter((index) => index !== from);
  return inOrder(others.toSpliced(to, 0, from), `block ${from} moved to ${to}`);
});

const edit = fc
  .oneof(byteEdit, cut, truncation, deletion, insertion, copyAtBound, copyAnywhere, swap, move)
  .filter(({ edited }) => !edited.equals(content));

it(`each of ${EDITS} random changes is found, and named at the right block`, () => {
  const chunkBytes = fc.integer({ min: 1, max: 3000 });
  const property = fc.property(edit, chunkBytes, ({ edited, kinds }, size) => {
    const damage = examined(blocks, edited, size)!;
    expect(kinds).toContain(damage.kind);
    expect({ offset: damage.offset, index: damage.index }).toEqual(whereExpected(edited));
  });
  fc.assert(property, { numRuns: EDITS, seed: SEED });
}, 120_000);

it('what nobody changed is intact, however its bytes come', () => {
  for (const size of [1, 7, 480, content.length]) expect(examined(blocks, content, size)).toBeUndefined();
});

function examined(list: BlockList, file: Buffer, chunkBytes: number): Damage | undefined {
  const run = new IntactRun(list);
  for (let at = 0; at < file.length && !run.isOver; at += chunkBytes) run.feed(file.subarray(at, at + chunkBytes));
  const isWhole = run.index === list.length && file.length === list.offset(list.length);
  return isWhole ? undefined : damageOf(list, run.index, bytesOf(file));
}

/**
 * The first block that is not where it was, by comparison of the bytes: one that is cut and pasted can equal another change, so the
 * change that was made does not say it.
 */
function whereExpected(edited: Buffer): { offset: number; index: number } {
  const same = commonStart(edited);
  const index = bounds.findLastIndex((bound) => bound <= same);
  return { offset: bounds[index]!, index };
}

function cutOut(from: number, to: number): Edit {
  const edited = Buffer.concat([content.subarray(0, from), content.subarray(to)]);
  const isPrefix = commonStart(edited) === edited.length;
  const name = `bytes ${from} to ${Math.min(to, content.length)} cut out`;
  if (isPrefix) return { name, edited, kinds: ['truncated'] };
  if (isAtBounds(edited)) return { name, edited, kinds: ['removed'] };
  // Where no whole block is left behind the cut, nothing shows that the end is still there.
  const isLast = to > bounds.at(-2)!;
  return { name, edited, kinds: isLast ? ['altered', 'truncated'] : ['altered'] };
}

function putIn(at: number, bytes: Uint8Array): Edit {
  const edited = Buffer.concat([content.subarray(0, at), bytes, content.subarray(at)]);
  return { name: `${bytes.length} bytes put in at ${at}`, edited, kinds: [isAtBounds(edited) ? 'inserted' : 'altered'] };
}

function inOrder(indexes: readonly number[], name: string): Edit {
  return { name, edited: Buffer.concat(indexes.map(bytesOfBlock)), kinds: ['reordered'] };
}

/** True if the same bytes come of whole blocks removed, or of bytes put in between two blocks. */
function isAtBounds(edited: Buffer): boolean {
  const growth = edited.length - content.length;
  const start = commonStart(edited);
  const end = commonEnd(edited);
  return bounds.some((bound) => {
    const isBound = growth > 0 || bounds.includes(bound - growth);
    return isBound && bound <= start && edited.length - end <= bound + Math.max(growth, 0);
  });
}

function commonStart(edited: Buffer): number {
  let same = 0;
  while (same < edited.length && same < content.length && edited[same] === content[same]) same += 1;
  return same;
}

function commonEnd(edited: Buffer): number {
  let same = 0;
  while (same < edited.length && same < content.length && edited.at(-1 - same) === content.at(-1 - same)) same += 1;
  return same;
}

function bytesOfBlock(index: number): Buffer {
  return content.subarray(bounds[index], bounds[index + 1]);
}

function order(): number[] {
  return Array.from({ length: blocks.length }, (_, index) => index);
}
