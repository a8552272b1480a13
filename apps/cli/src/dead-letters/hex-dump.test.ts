import { describe, expect, it } from 'vitest';
import { hexDump } from './hex-dump.ts';

describe('a hex dump', () => {
  it('shows every byte, and only printable ASCII as text: what a client planted does nothing to a terminal', () => {
    expect(hexDump(Buffer.from('\u001b[2J\u0000\u009b é|~ 0123456789'))).toBe(
      [
        '00000000  1b 5b 32 4a 00 c2 9b 20 c3 a9 7c 7e 20 30 31 32  |.[2J... ..|~ 012|\n',
        '00000010  33 34 35 36 37 38 39                             |3456789|\n',
      ].join(''),
    );
  });

  it('of nothing is empty', () => {
    expect(hexDump(new Uint8Array())).toBe('');
  });
});
