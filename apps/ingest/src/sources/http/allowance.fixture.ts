import type { Allowance } from './allowance.ts';
import { Problem } from './problem.ts';

/** For any node, and as much as it likes. */
export const ANYTHING: Allowance = {
  isUrgentOnly: false,
  refusalOf: () => null,
  tooMuch: () => new Problem(429, 'too much', { code: 'overloaded' }),
  spend: () => {},
};
