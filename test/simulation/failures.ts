/** What may go wrong while the log, the group or a disk is away, or retention was faster than everybody. */
const EXPECTED = new Set(['FF_LOG_UNAVAILABLE', 'FF_PARTITION_LOST', 'FF_FILING_FAILED', 'FF_RECORDS_EXPIRED', 'EIO', 'ENOSPC']);

/** A failure that no fault of the run explains, in words. */
export function unexplained(error: unknown): string | undefined {
  const { code } = error as { readonly code?: unknown };
  if (typeof code === 'string' && EXPECTED.has(code)) return undefined;
  return `unexplained: ${error instanceof Error ? error.stack : String(error)}`;
}
