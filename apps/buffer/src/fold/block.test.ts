import { decodeBlockPart } from '@fleet-forensics/shared/wire/codec';
import { MAX_RECORD_BYTES } from '@fleet-forensics/shared/wire/limits';
import { describe, expect, it } from 'vitest';
import { blockId, encodeBlock } from './block.ts';
import { Log, POLICY, blocksOf, criterion, foldAll, messageList } from './log.fixture.ts';

function blockOf(lines: readonly Buffer[]) {
  const log = new Log();
  for (const line of lines) log.batch('s', { lines: [line] });
  return blocksOf(foldAll(log.batch('s', { policy: POLICY, criterion: criterion('FailedLogin') })))[0]!;
}

describe('a block on the log', () => {
  it('without a line is one part', () => {
    const [part, ...others] = encodeBlock(blockOf([])).map(decodeBlockPart);
    expect(others).toEqual([]);
    expect(part).toMatchObject({ part: 0, parts: 1, header: { session: 's', messageCount: 0 } });
  });

  it('of many megabytes goes in parts that fit a record and join to the whole', () => {
    const lines = Array.from({ length: 60 }, (_, index) => Buffer.alloc(60_000, index));
    const block = blockOf(lines);
    const values = encodeBlock(block);
    expect(Math.max(...values.map(({ length }) => length))).toBeLessThanOrEqual(MAX_RECORD_BYTES);
    const parts = values.map(decodeBlockPart);
    expect(parts.map(({ part, parts: total, header }) => [part, total, header !== undefined])).toEqual(
      parts.map((_, index) => [index, values.length, index === 0]),
    );
    expect(
      Buffer.concat(parts.map(({ messages }) => messages)).equals(Buffer.concat(lines.map((line) => messageList([line])))),
    ).toBe(true);
  });

  it('is cut between its messages', () => {
    const list = messageList(Array.from({ length: 15 }, () => Buffer.alloc(60_000, 1)));
    const parts = encodeBlock({ ...blockOf([]), messages: list }).map(decodeBlockPart);
    expect(parts).toHaveLength(2);
    expect(Buffer.concat(parts.map(({ messages }) => messages)).equals(list)).toBe(true);
    expect(parts.every(({ messages }) => messages[0] === 0x0a)).toBe(true);
  });
});

it('has an id that tells sequence numbers from offsets and sessions from each other', () => {
  const ids = [blockId('a', 5, 0), blockId('a', 0, 5), blockId('b', 5, 0), blockId('a', 6, 0)].map((id) => id.toString('hex'));
  expect(new Set(ids).size).toBe(4);
  expect(blockId('a', 5, 77).toString('hex')).toBe(ids[0]);
  expect(ids[0]).toHaveLength(32);
});
