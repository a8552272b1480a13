import { describe, expect, it } from 'vitest';
import { printable } from './terminal.ts';

describe('text of a client on a terminal', () => {
  it('can not move the cursor, set the title, break the line or reverse what follows', () => {
    expect(printable('a\r\n\u001b[2J\u009b\u007f\u202e\u2028')).toBe('a\\u{d}\\u{a}\\u{1b}[2J\\u{9b}\\u{7f}\\u{202e}\\u{2028}');
  });

  it('is otherwise itself', () => {
    expect(printable('päth/ファイル \\ {}')).toBe('päth/ファイル \\ {}');
  });
});
