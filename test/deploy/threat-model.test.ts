import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url).pathname;
const DOC = readFileSync(`${ROOT}docs/THREAT-MODEL.md`, 'utf8');

/** The last cell of a row: a test file, and the name of its test, unless the whole file is meant. */
const NAMED = [...DOC.matchAll(/\| `([^`|]+\.test\.ts)`(?:: ([^|]+?))? *\|$/gm)].map(([, file, name = '']) => ({
  file: file!,
  name,
}));
const ROWS = DOC.split('\n').filter((line) => /^\| (?!-)/.test(line) && !line.includes('| shown by'));

describe('the threat model', () => {
  it('names a test for everything that an attacker can not do', () => {
    expect(NAMED).toHaveLength(ROWS.length);
    expect(ROWS.length).toBeGreaterThan(20);
  });

  it.each(NAMED)('names a test that exists: $file, $name', ({ file, name }) => {
    const source = readFileSync(ROOT + file, 'utf8').replaceAll("\\'", "'");
    expect(source).toContain(name);
  });
});
