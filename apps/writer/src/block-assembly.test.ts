import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BusRecord } from '@fleet-forensics/shared/bus/port';
import type { Filing } from '@fleet-forensics/shared/wire/block';
import { encodeBlockPart } from '@fleet-forensics/shared/wire/codec';
import { BlockAssembly, MAX_UNFINISHED_MS, PART_OVERHEAD_BYTES } from './block-assembly.ts';
import { blockHeader, blockId, messageList } from './block.fixture.ts';
import type { Burial } from './journal.ts';
import { PartStore } from './part-store.ts';
import type { WholeBlock } from './whole-block.ts';

function partValue(name: string, part: number, parts: number): Buffer {
  const header = part === 0 ? { header: blockHeader(parts) } : {};
  return encodeBlockPart({ blockId: blockId(name), part, parts, messages: messageList([{ text: `${name}${part}` }]), ...header });
}

function record(offset: number, value: Uint8Array, timeMs = 1000): BusRecord {
  return { offset, timeMs, key: Buffer.from('/f'), value };
}

function assembly(maxBytes = 1_000_000, filed: Filing[] = [], buried: Burial[] = []): BlockAssembly {
  const isOf =
    (id: Uint8Array) =>
    ({ blockId: other }: { blockId: Uint8Array }) =>
      Buffer.from(other).equals(id);
  const settled = { filings: (id: Uint8Array) => filed.filter(isOf(id)), burial: (id: Uint8Array) => buried.find(isOf(id)) };
  return new BlockAssembly(maxBytes, settled, new PartStore());
}

function messagesOf(block: WholeBlock): string {
  return Buffer.concat([...block.lists()]).toString('latin1');
}

function partBytes(name: string): number {
  return partValue(name, 0, 2).length + PART_OVERHEAD_BYTES;
}

const FILING: Filing = {
  blockId: blockId('a'),
  node: 'ftp-1',
  session: 's',
  criterion: 'FailedLogin',
  file: '/f',
  offset: 0,
  length: 1,
  sha256: new Uint8Array(32),
  chain: new Uint8Array(32),
  filedAtUs: 1,
  generation: 1,
};

function idOf(name: string): string {
  return blockId(name).toString('hex');
}

describe('a block in parts', () => {
  it('is whole when its last part comes, in whatever order and however often they come, beside other blocks', () => {
    const arrivals = fc
      .record({ a: fc.integer({ min: 1, max: 5 }), b: fc.integer({ min: 2, max: 5 }), repeats: fc.array(fc.nat(20)) })
      .chain(({ a, b, repeats }) => {
        const parts = [
          ...Array.from({ length: a }, (_, part) => ({ name: 'a', part, parts: a })),
          ...Array.from({ length: b }, (_, part) => ({ name: 'b', part, parts: b })),
        ];
        const all = [...parts, ...repeats.map((at) => parts[at % parts.length]!)];
        return fc.shuffledSubarray(all, { minLength: all.length });
      });
    fc.assert(
      fc.property(arrivals, (parts) => {
        const blocks = assembly();
        const whole = new Map<string, string>();
        const seen = new Set<string>();
        parts.forEach(({ name, part, parts: count }, offset) => {
          seen.add(`${name}${part}`);
          const { block } = blocks.add(0, record(offset, partValue(name, part, count)));
          const complete = Array.from({ length: count }, (_, index) => seen.has(`${name}${index}`)).every(Boolean);
          expect(block !== undefined).toBe(complete);
          if (block) whole.set(block.id, messagesOf(block));
        });
        for (const name of ['a', 'b']) {
          const count = [...seen].filter((key) => key.startsWith(name)).length;
          const lists = Array.from({ length: count }, (_, part) => messageList([{ text: `${name}${part}` }]));
          expect(whole.get(idOf(name))).toBe(Buffer.concat(lists).toString('latin1'));
        }
      }),
    );
  });

  it('survives that the driver takes back the memory of its earlier parts', () => {
    const blocks = assembly();
    const value = partValue('a', 0, 2);
    blocks.add(0, record(0, value));
    value.fill(0);
    const { block } = blocks.add(0, record(1, partValue('a', 1, 2)));
    expect(block?.header.node).toBe('ftp-eu-1');
    expect(messagesOf(block!)).toContain('a0');
    expect(block!.offsets).toEqual([0, 1]);
    expect(Buffer.from([...block!.records()][0]!.value)).toEqual(partValue('a', 0, 2));
  });

  it('is there again when its last part comes again after a failed filing', () => {
    const blocks = assembly();
    blocks.add(0, record(0, partValue('a', 0, 2)));
    const last = record(1, partValue('a', 1, 2));
    expect(blocks.add(0, last).block).toBeDefined();
    expect(blocks.add(0, last).block?.offsets).toHaveLength(2);
  });

  it('is repeated, not contradicted, by what comes under its id once it is whole', () => {
    const blocks = assembly();
    for (const part of [0, 1]) blocks.add(0, record(part, partValue('a', part, 2)));
    const [first, again] = [blocks.add(0, record(1, partValue('a', 1, 2))), blocks.add(0, record(2, partValue('a', 2, 3)))];
    expect(messagesOf(again.block!)).toBe(messagesOf(first.block!));
  });

  it.each([0, 1])('is not begun anew by a late repeat of part %i once it is filed, but its filing can be said again', (part) => {
    const blocks = assembly(1_000_000, [FILING]);
    expect(blocks.add(0, record(9, partValue('a', part, 2)))).toEqual({ filings: [FILING] });
    expect([blocks.oldestOffset(0), blocks.bytes]).toEqual([undefined, 0]);
  });

  it('takes no part that contradicts the others, nor one that is no part at all', () => {
    const blocks = assembly();
    blocks.add(0, record(0, partValue('a', 0, 2)));
    const badRecord = expect.objectContaining({ code: 'FF_BAD_RECORD' });
    expect(() => blocks.add(0, record(1, partValue('a', 2, 3)))).toThrow(badRecord);
    expect(() => blocks.add(0, record(2, Buffer.from('junk')))).toThrow(badRecord);
    expect(blocks.add(0, record(3, partValue('a', 1, 2))).block).toBeDefined();
  });
});

describe('the offset that may be committed', () => {
  it('never passes the first part of an unfinished block', () => {
    const blocks = assembly();
    blocks.add(0, record(5, partValue('a', 0, 2)));
    blocks.add(0, record(6, partValue('b', 0, 2)));
    blocks.add(1, record(2, partValue('c', 0, 2)));
    blocks.add(0, record(7, partValue('b', 1, 2)));
    expect(blocks.oldestOffset(0)).toBe(5);
    blocks.forget(0, idOf('b'));
    expect(blocks.oldestOffset(0)).toBe(5);
    blocks.add(0, record(8, partValue('a', 1, 2)));
    blocks.forget(0, idOf('a'));
    expect([blocks.oldestOffset(0), blocks.oldestOffset(1)]).toEqual([undefined, 2]);
  });
});

describe('unfinished blocks', () => {
  it('are given up from the oldest on when they hold too many bytes, but stay until they are forgotten', () => {
    const blocks = assembly(2.5 * partBytes('a'));
    for (const [offset, name] of ['a', 'b', 'c'].entries()) blocks.add(0, record(offset, partValue(name, 0, 2)));
    const overdue = blocks.overdue(0, 1000);
    expect(overdue.map(({ id, error, offsets }) => [id, error.code, offsets])).toEqual([[idOf('a'), 'FF_BLOCK_UNFINISHED', [0]]]);
    expect(overdue[0]!.error.message).toContain('lacks 1 of 2 parts');
    expect(blocks.overdue(0, 1000)).toHaveLength(1);
    blocks.forget(0, idOf('a'));
    expect(blocks.overdue(0, 1000)).toEqual([]);
    expect(blocks.oldestOffset(0)).toBe(1);
  });

  it('are not given up for the bytes of a whole one, which are about to be free', () => {
    const blocks = assembly(2 * partBytes('a'));
    for (const [offset, name] of ['a', 'b'].entries()) blocks.add(0, record(offset, partValue(name, 0, 2)));
    expect(blocks.add(0, record(2, partValue('a', 1, 2))).block).toBeDefined();
    expect(blocks.overdue(0, 1000)).toEqual([]);
    blocks.forget(0, idOf('a'));
    expect(blocks.bytes).toBe(partBytes('b'));
  });

  it('are given up when their partition has moved on for an hour, so that commits go on', () => {
    const blocks = assembly();
    blocks.add(0, record(0, partValue('a', 0, 2), 1000));
    blocks.add(0, record(1, partValue('b', 0, 2), 2000));
    expect(blocks.overdue(0, 1000 + MAX_UNFINISHED_MS)).toEqual([]);
    expect(blocks.overdue(0, 1001 + MAX_UNFINISHED_MS).map(({ id }) => id)).toEqual([idOf('a')]);
  });

  it('of a partition are let go of with it, and their bytes are free again', () => {
    const blocks = assembly();
    blocks.add(0, record(0, partValue('a', 0, 2)));
    blocks.add(1, record(0, partValue('b', 0, 2)));
    expect(blocks.bytes).toBe(2 * partBytes('a'));
    blocks.drop(0);
    expect([blocks.oldestOffset(0), blocks.oldestOffset(1), blocks.bytes]).toEqual([undefined, 0, partBytes('b')]);
    blocks.forget(1, idOf('b'));
    expect(blocks.bytes).toBe(0);
  });
});
