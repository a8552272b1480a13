import { expect, it } from 'vitest';
import { shown } from './refusal.ts';

it('what a publisher sent reaches an operator’s terminal as text only', () => {
  expect(shown('a\u001b\u007f\u009b31m\u2028\u202eb')).toBe(String.raw`"a\u001b\u007f\u009b31m\u2028\u202eb"`);
  expect(shown('é'.repeat(41))).toBe(`"${'é'.repeat(40)}…"`);
});
