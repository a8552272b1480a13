import { describe, expect, it } from 'vitest';
import { damageOf } from './damage.ts';
import { IntactRun } from './intact-run.ts';
import { bytesOf, recordedFile } from './recorded-file.fixture.ts';

const { content, blocks } = recordedFile(30);

function bytes(from: number, to: number): Buffer {
  return content.subarray(blocks.offset(from), blocks.offset(to));
}

function damage(...pieces: Uint8Array[]) {
  const edited = Buffer.concat(pieces);
  const run = new IntactRun(blocks);
  run.feed(edited);
  return damageOf(blocks, run.index, bytesOf(edited));
}

/** One byte of a block is another one. */
function altered(index: number): Buffer {
  const block = Buffer.from(bytes(index, index + 1));
  block.writeUInt8(block.readUInt8(5) ^ 1, 5);
  return block;
}

describe('of several changes the first is told, however the rest of the file is', () => {
  it('a block that is removed before one that is altered', () => {
    expect(damage(bytes(0, 3), bytes(4, 20), altered(20), bytes(21, 30))).toMatchObject({ kind: 'removed', index: 3, count: 1 });
  });

  it('blocks that changed places before a cut', () => {
    const found = damage(bytes(0, 3), bytes(4, 5), bytes(3, 4), bytes(5, 20), bytes(20, 21).subarray(0, 9));
    expect(found).toMatchObject({ kind: 'reordered', index: 3, found: 4 });
  });

  it('bytes put in before a block, and another one altered', () => {
    const found = damage(bytes(0, 3), Buffer.from('forged\n'), bytes(3, 20), altered(20), bytes(21, 30));
    expect(found).toMatchObject({ kind: 'inserted', index: 3, bytes: 7 });
  });

  it('a copy of a block, and another one altered', () => {
    const found = damage(bytes(0, 3), bytes(1, 2), bytes(3, 20), altered(20), bytes(21, 30));
    expect(found).toMatchObject({ kind: 'inserted', index: 3, found: 1 });
  });

  it('a block that is altered before the file is cut', () => {
    expect(damage(bytes(0, 3), altered(3), bytes(4, 10))).toMatchObject({ kind: 'altered', index: 3 });
  });
});

describe('what was done to a file is told by its size where it can be', () => {
  it('a block that is replaced by a copy of another one', () => {
    expect(damage(bytes(0, 3), bytes(7, 8), bytes(4, 30))).toMatchObject({ kind: 'altered', index: 3, found: 7 });
  });

  it('a file that is empty now', () => {
    expect(damage()).toMatchObject({ kind: 'truncated', index: 0, offset: 0, bytes: 0 });
  });

  it('a file that is another one altogether', () => {
    expect(damage(Buffer.alloc(content.length))).toMatchObject({ kind: 'altered', index: 0 });
  });

  it('a block that grew, by how much', () => {
    const found = damage(bytes(0, 3), Buffer.from('x'), altered(3), bytes(4, 30));
    expect(found).toMatchObject({ kind: 'altered', index: 3, bytes: 1 });
  });
});
