import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineGate } from './line-gate.ts';

const chunks = fc.array(
  fc.record({ text: fc.string({ unit: fc.constantFrom('a', 'b', '\n'), minLength: 1, maxLength: 8 }), hasRoom: fc.boolean() }),
  { maxLength: 30 },
);

describe('lines for which there is no room', () => {
  it('are dropped whole: the lines that are taken are lines of the stream, in order, none of them joined or cut', () => {
    fc.assert(
      fc.property(chunks, (given) => {
        const gate = new LineGate();
        let out = '';
        let dropped = 0;
        for (const { text, hasRoom } of given) {
          const { taken, droppedLines } = gate.pass(Buffer.from(text), hasRoom);
          out += taken.toString();
          dropped += droppedLines;
        }
        const lines = given
          .map(({ text }) => text)
          .join('')
          .split('\n');
        const taken = out.split('\n');
        // What stands behind the last newline may be on its way, or be dropped when its end comes.
        const last = taken.pop()!;
        let at = 0;
        for (const line of taken) {
          at = lines.indexOf(line, at) + 1;
          expect(at, JSON.stringify({ out, lines })).toBeGreaterThan(0);
        }
        expect(lines.at(-1)!.startsWith(last)).toBe(true);
        expect(taken.length + dropped).toBe(lines.length - 1);
      }),
      { numRuns: 1000 },
    );
  });

  it('are counted with their bytes', () => {
    const gate = new LineGate();
    expect(gate.pass(Buffer.from('one\ntw'), true)).toMatchObject({ droppedLines: 0, droppedBytes: 0 });
    expect(gate.pass(Buffer.from('o\nthree\nfo'), false)).toMatchObject({ droppedLines: 1, droppedBytes: 8 });
    expect(gate.pass(Buffer.from('ur\nfive\n'), true)).toMatchObject({
      taken: Buffer.from('five\n'),
      droppedLines: 1,
      droppedBytes: 3,
    });
  });
});
