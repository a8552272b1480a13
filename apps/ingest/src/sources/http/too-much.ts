import type { Counters } from '../../counters.ts';
import { Problem } from './problem.ts';
import { RETRY_AFTER } from './problem-of-error.ts';

/** A client that owes more than an hour may ask again after one. */
const LONGEST_WAIT_S = 3600;

/** Counts and tells that there is too much in progress. */
export function overloaded(counters: Counters): Problem {
  counters.overloaded += 1;
  return new Problem(429, 'too much is in progress; send again later', { code: 'overloaded' }, RETRY_AFTER);
}

/** Counts and tells that a client publishes faster than it may. @param waitS seconds until it may again */
export function rateLimited(counters: Counters, waitS: number): Problem {
  counters.rateLimited += 1;
  const retryAfter = { 'retry-after': String(Math.min(LONGEST_WAIT_S, Math.ceil(waitS))) };
  return new Problem(429, 'this is more than FF_TOKEN_EVENTS_PER_S; send again later', { code: 'rate_limited' }, retryAfter);
}
