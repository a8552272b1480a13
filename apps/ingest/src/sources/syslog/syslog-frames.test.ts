import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SyslogFrames, type SyslogPiece } from './syslog-frames.ts';

/** The pieces of a stream, those of one message joined with |. */
function messagesOf(chunks: readonly Buffer[], maxBytes = 100): string[] {
  const frames = new SyslogFrames(maxBytes);
  const messages: string[] = [];
  const add = ({ bytes, startsMessage }: SyslogPiece) => {
    expect(bytes.length).toBeGreaterThan(0);
    expect(bytes.length).toBeLessThanOrEqual(maxBytes);
    if (startsMessage) messages.push(bytes.toString('latin1'));
    else messages.push(`${messages.pop()}|${bytes.toString('latin1')}`);
  };
  for (const chunk of chunks) for (const piece of frames.push(chunk)) add(piece);
  for (const piece of frames.finish()) add(piece);
  return messages;
}

function cut(stream: string, at: readonly number[]): Buffer[] {
  const bytes = Buffer.from(stream, 'latin1');
  const cuts = [0, ...at.map((position) => position % (bytes.length + 1)), bytes.length].toSorted((one, other) => one - other);
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
}

describe('a stream of syslog', () => {
  it.each([
    ['lines', '<1>a\n<1>b\n\n<1>c', ['<1>a', '<1>b', '<1>c']],
    ['counted messages that hold line feeds', '7 <1>a\nb\n5 <1>cd', ['<1>a\nb\n', '<1>cd']],
    ['both in turn, and line feeds and NULs between them', '4 <1>a\n\0<1>b\n4 <1>c\n', ['<1>a', '<1>b', '<1>c']],
    ['lines that begin with a number', '12 monkeys\n7\n<1>x\n0 <1>y\n', ['12 monkeys', '7', '<1>x', '0 <1>y']],
    ['a length that is too long to be one', '1234567890 <1>x\n', ['1234567890 <1>x']],
    ['a counted message that broke off', '10 <1>a', ['<1>a']],
    ['a length that broke off', '<1>a\n10', ['<1>a', '10']],
  ])('of %s is its messages, wherever it is cut', (_what, stream, expected) => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 8 }), (at) => {
        expect(messagesOf(cut(stream, at))).toEqual(expected);
      }),
    );
  });

  it('loses no byte of a message over the bound', () => {
    expect(messagesOf([Buffer.from('<1>abcdefghij\n<1>k\n')], 4)).toEqual(['<1>a|bcde|fghi|j', '<1>k']);
    expect(messagesOf([Buffer.from('<1>abcde\n<1>k\n')], 4)).toEqual(['<1>a|bcde', '<1>k']);
    expect(messagesOf([Buffer.from('13 <1>abcdefghij4 <1>k')], 4)).toEqual(['<1>a|bcde|fghi|j', '<1>k']);
  });

  it('that claims an endless message is never kept but for one piece', () => {
    const frames = new SyslogFrames(1000);
    let bytes = 0;
    let longest = 0;
    for (const chunk of ['999999999 <1>', ...Array.from({ length: 1000 }, () => 'x'.repeat(5000))]) {
      for (const piece of frames.push(Buffer.from(chunk))) {
        bytes += piece.bytes.length;
        longest = Math.max(longest, piece.bytes.length);
      }
    }
    expect(longest).toBe(1000);
    expect(bytes).toBeGreaterThan(5_000_000 - 1000);
  });

  it('of any bytes gives all of them but what separates lines', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.array(fc.nat(), { maxLength: 5 }), (text, at) => {
        const stream = Buffer.from(text, 'latin1')
          .toString('latin1')
          .replaceAll(/[0-9\0]/g, '');
        const lines = stream.split('\n').filter((line) => line !== '');
        expect(messagesOf(cut(stream, at), 1000)).toEqual(lines);
      }),
    );
  });
});
