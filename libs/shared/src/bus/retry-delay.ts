export interface RetryDelayMs {
  readonly first: number;
  readonly last: number;
}

/** The pause after the given number of failures in a row (1 is the first), milliseconds. */
export function retryDelay(bounds: RetryDelayMs, failures: number): number {
  return Math.min(bounds.last, bounds.first * 2 ** (failures - 1));
}

/** The port promises up to 5 s: so that what is tried again has time left to be done by then. */
export const RETRY_DELAY_MS: RetryDelayMs = { first: 100, last: 4000 };
