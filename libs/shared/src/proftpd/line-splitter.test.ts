import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LinePiece, LineSplitter } from './line-splitter.ts';

function split(chunks: readonly Buffer[], maxBytes: number): LinePiece[] {
  const splitter = new LineSplitter(maxBytes);
  const pieces: LinePiece[] = [];
  for (const chunk of chunks) pieces.push(...splitter.push(chunk));
  pieces.push(...splitter.finish());
  return pieces;
}

function rejoined(pieces: readonly LinePiece[]): string {
  return pieces.map(({ bytes, startsLine }, index) => (startsLine && index > 0 ? '\n' : '') + bytes.toString('latin1')).join('');
}

const bytesWithLines = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes.map((byte) => (byte < 60 ? 10 : byte))));

describe('lines of a stream', () => {
  it('come out with every byte once, however the stream is chunked and however long they are', () => {
    fc.assert(
      fc.property(fc.array(bytesWithLines, { maxLength: 8 }), fc.integer({ min: 1, max: 9 }), (chunks, maxBytes) => {
        const all = Buffer.concat(chunks).toString('latin1');
        const pieces = split(chunks, maxBytes);
        expect(rejoined(pieces)).toBe(all.endsWith('\n') ? all.slice(0, -1) : all);
        expect(pieces.every(({ bytes }) => bytes.length <= maxBytes)).toBe(true);
      }),
    );
  });

  it('longer than the bound come in pieces that say so', () => {
    const pieces = split([Buffer.from('abcdefg\nh')], 3);
    expect(pieces.map(({ bytes, startsLine }) => [String(bytes), startsLine])).toEqual([
      ['abc', true],
      ['def', false],
      ['g', false],
      ['h', true],
    ]);
  });

  it('of exactly the bound are whole', () => {
    expect(split([Buffer.from('abc'), Buffer.from('\nd')], 3).map(({ startsLine }) => startsLine)).toEqual([true, true]);
  });
});
