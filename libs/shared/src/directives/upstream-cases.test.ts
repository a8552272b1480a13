import { describe, expect, it } from 'vitest';
import { FILE, problemsOf } from './memory-files.fixture.ts';
import { UPSTREAM_CASES } from './upstream-cases.fixture.ts';

describe('a configuration means what it means to ProFTPD', () => {
  it.each(UPSTREAM_CASES.filter(({ error }) => error === null).map(({ lines }) => lines.join('\n')))('%j is taken', (text) => {
    expect(problemsOf(text)).toEqual([]);
  });

  it.each(
    UPSTREAM_CASES.filter(({ error }) => error !== null).map(
      ({ lines, line, error }) => [lines.join('\n'), line, error!] as const,
    ),
  )('%j is wrong on line %i: %s', (text, line, error) => {
    const [problem, ...others] = problemsOf(text);
    expect(problem).toMatch(new RegExp(`^${FILE}:${line}: `));
    expect(problem).toContain(error);
    expect(others).toEqual([]);
  });
});
