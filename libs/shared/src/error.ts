/**
 * The one error class of fleet-forensics.
 *
 * `code` is stable (`FF_…`) and may be matched on; `message` says what is wrong, where, and what to do; `cause` keeps the origin.
 */
export class ForensicsError extends Error {
  override readonly name = 'ForensicsError';

  constructor(
    readonly code: `FF_${string}`,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** True if `error` is a {@link ForensicsError} with this code. */
export function hasCode(error: unknown, code: `FF_${string}`): error is ForensicsError {
  return error instanceof ForensicsError && error.code === code;
}

/** What was thrown, in words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
