import { describe, expect, it } from 'vitest';
import { hasCode } from '../error.ts';
import { grantLine } from './token-grant.ts';
import { hashOfToken, isToken, newToken } from './token.ts';
import { parseTokenList } from './token-list.ts';

const HASH = hashOfToken('a token of somebody');
const OTHER = hashOfToken('a token of another');

function problemsOf(text: string): string {
  try {
    parseTokenList(text, '/etc/tokens');
    return '';
  } catch (error) {
    return hasCode(error, 'FF_BAD_TOKENS') ? error.message : String(error);
  }
}

describe('a tokens file', () => {
  it('says which nodes the holder of each token may speak for, and until when', () => {
    const text = `# our fleet\r\n\n  sha256:${HASH.toUpperCase()}\tnode=ftp-eu-* node=x name=eu@fleet expires=2027-01-31\nsha256:${OTHER} node=*\n`;
    expect([...parseTokenList(text, 'f').values()]).toEqual([
      { hash: HASH, nodes: ['ftp-eu-*', 'x'], name: 'eu@fleet', expiresMs: Date.UTC(2027, 0, 31) },
      { hash: OTHER, nodes: ['*'], name: '', expiresMs: null },
    ]);
  });

  it('is written as it is read', () => {
    const grant = { hash: HASH, nodes: ['a', '[b-c]?'], name: 'n', expiresMs: Date.UTC(2027, 0, 31, 12, 0, 5) };
    expect(parseTokenList(`${grantLine(grant)}\n`, 'f').get(HASH)).toEqual(grant);
  });

  it('may be empty: the last token can be withdrawn', () => {
    expect(parseTokenList('', 'f').size).toBe(0);
  });

  it.each([
    [`sha256:${HASH}`, /^\/etc\/tokens:1: no node=/],
    [`\nsha256:${HASH.slice(1)} node=a`, /^\/etc\/tokens:2: the first word is not sha256:/],
    [`sha256:${HASH} node=`, /"node=" is none of/],
    [`sha256:${HASH} node=a nam=b`, /"nam=b" is none of/],
    [`sha256:${HASH} node=a name=b name=c`, /"name=c" is none of/],
    [`sha256:${HASH} node=a expires=tomorrow`, /"expires=tomorrow" is none of/],
    [`sha256:${HASH} node=a expires=2027-02-31x`, /is none of/],
    [`sha256:${HASH} node=a\nsha256:${HASH} node=b`, /^\/etc\/tokens:2: this token is there already/],
    [Array.from({ length: 30 }, () => 'x').join('\n'), /and 10 more$/],
  ])('that is wrong is refused with file and line: %j', (text, told) => {
    expect(problemsOf(`${text}\n`)).toMatch(told);
  });

  it.each([
    '%',
    `sha256:${HASH} %`,
    `sha256:${HASH} node=a token=%`,
    `sha256:${HASH} node=a expires=%`,
    `sha256:${HASH} name=a name=%`,
  ])('into which somebody wrote the token itself tells nobody a part of it: %j', (line) => {
    const token = newToken();
    const told = problemsOf(`${line.replace('%', token)}\n`);
    expect(told).toMatch(/^\/etc\/tokens:1: /);
    expect(told).not.toContain(token.slice(3, 11));
  });

  it('that is cut off lets nobody be more, or for longer, than its whole says', () => {
    const whole = `sha256:${HASH} node=*-eu-1 expires=2027-01-31\n`;
    for (let length = 1; length < whole.length; length += 1) {
      expect(problemsOf(whole.slice(0, length))).toMatch(/^\/etc\/tokens:1: the line has no line end/);
    }
    expect(problemsOf(whole)).toBe('');
  });
});

it('a token is another one each time, and goes into a header as it is', () => {
  const tokens = Array.from({ length: 100 }, newToken);
  expect(new Set(tokens).size).toBe(100);
  expect(tokens.every((token) => isToken(token) && /^ff_[\w-]{43}$/.test(token))).toBe(true);
});
