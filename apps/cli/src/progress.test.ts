import { describe, expect, it } from 'vitest';
import { Progress } from './progress.ts';

function shown(isTTY: boolean, times: readonly number[]): string[] {
  const written: string[] = [];
  const progress = new Progress({ isTTY, write: (text) => written.push(text) });
  for (const seconds of times) progress.show(seconds, '10 events read');
  progress.clear();
  return written;
}

describe('progress', () => {
  it('is silent for short input', () => {
    expect(shown(true, [0.5, 1.9])).toEqual([]);
    expect(shown(false, [0.5, 1.9])).toEqual([]);
  });

  it('rewrites its line on a terminal and leaves it free at the end', () => {
    expect(shown(true, [2, 2.1, 2.3])).toEqual(['\r\u001b[K10 events read, 2 s', '\r\u001b[K10 events read, 2 s', '\r\u001b[K']);
  });

  it('is a line every few seconds elsewhere, without control characters', () => {
    expect(shown(false, [2, 3, 6, 7, 8])).toEqual(['10 events read, 2 s\n', '10 events read, 7 s\n']);
  });
});
