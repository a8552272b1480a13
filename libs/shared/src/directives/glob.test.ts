import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globMatches, isGlob } from './glob.ts';

const REGEXP = new Map([
  ['*', '.*'],
  ['?', '.'],
  ['[!a]', '[^a]'],
]);

describe('a pattern', () => {
  it.each([
    ['ftp-*', 'ftp-1', true],
    ['ftp-*', 'ftp', false],
    ['*', '', true],
    ['', '', true],
    ['?', '', false],
    ['ftp-?', 'ftp-12', false],
    ['ftp-[0-9]', 'ftp-7', true],
    ['ftp-[!0-9]', 'ftp-7', false],
    ['ftp-[^0-9]', 'ftp-x', true],
    ['[]x]', ']', true],
    ['[!]x]', ']', false],
    ['[a-]', '-', true],
    ['[abc', '[abc', true],
    ['[a', 'a', false],
    ['*.eu.*', 'ftp.eu.example', true],
    ['a*b*c', 'aXbXbXc', true],
    ['a*b*c', 'aXbXbX', false],
    ['a.c', 'abc', false],
    ['(a|b)', '(a|b)', true],
    ['?', '\u{1f600}', true],
  ])('%j of %j: %j', (pattern, text, matches) => {
    expect(globMatches(pattern, text)).toBe(matches);
  });

  it('regards case unless it is told otherwise', () => {
    expect(globMatches('FTP-[A-Z]', 'ftp-x')).toBe(false);
    expect(globMatches('FTP-[A-Z]', 'ftp-x', { foldCase: true })).toBe(true);
  });

  it('of a file passes over hidden ones, but where it says the dot', () => {
    expect(globMatches('*.conf', '.x.conf', { hidesDotFiles: true })).toBe(false);
    expect(globMatches('.*.conf', '.x.conf', { hidesDotFiles: true })).toBe(true);
  });

  it('says the same as a regular expression, and ends where that would not', () => {
    const piece = fc.constantFrom('a', 'b', '*', '?', '[ab]', '[!a]');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 6 }),
        fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 }),
        (pieces, text) => {
          const source = pieces.map((each) => REGEXP.get(each) ?? each).join('');
          expect(globMatches(pieces.join(''), text)).toBe(new RegExp(`^${source}$`).test(text));
        },
      ),
    );
    expect(globMatches('*a'.repeat(1000), 'a'.repeat(999) + 'b'.repeat(999))).toBe(false);
  });

  it('is told from a name', () => {
    expect(['a*', 'a?', 'a[b]'].map(isGlob)).toEqual([true, true, true]);
    expect(['a', 'a[b', 'a]b['].map(isGlob)).toEqual([false, false, false]);
  });
});
