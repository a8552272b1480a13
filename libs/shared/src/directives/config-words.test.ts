import { describe, expect, it } from 'vitest';
import { configWords } from './config-words.ts';

const environment = { HOST: 'ftp-1', EMPTY: '', SELF: 'x%{env:SELF}', OUTER: '%{env:HOST}!' };

describe('the words of a line', () => {
  it.each([
    ['  A  b\tc ', ['A', 'b', 'c']],
    ['A "b c" d', ['A', 'b c', 'd']],
    ['A "b \\"c\\" \\\\ \\d"', ['A', 'b "c" \\ d']],
    ['A "b', ['A', 'b']],
    ['A "b\\', ['A', 'b\\']],
    ['A "b"c', ['A', 'b', 'c']],
    ['A b"c d"', ['A', 'b"c', 'd"']],
    ['A b\\ c', ['A', 'b\\', 'c']],
    ['A "" b', ['A', '', 'b']],
    ['A #b c', ['A']],
    ['A b#c', ['A', 'b#c']],
    ['A "#b"', ['A', '#b']],
    ['#', []],
    ['A\u00a0b', ['A\u00a0b']],
    ['A /%{env:HOST}/x', ['A', '/ftp-1/x']],
    ['A "%{env:HOST} %{env:HOST}"', ['A', 'ftp-1 ftp-1']],
    ['A x%{env:NONE}y%{env:EMPTY}', ['A', 'xy']],
    ['A %{env:OUTER}', ['A', 'ftp-1!']],
    ['A %{env:HOST', ['A', '%{env:HOST']],
    ['A %{node}', ['A', '%{node}']],
    ['A %{env:__proto__}', ['A', '']],
  ])('%j', (line, words) => {
    expect(configWords(line, environment)).toEqual(words);
  });

  it('end where a variable that holds itself has been replaced often enough', () => {
    const [, word] = configWords('A %{env:SELF}', environment);
    expect(word).toMatch(/^x+%\{env:SELF\}$/);
  });
});
