/**
 * What a buffer commits beside the watermark: the position up to which every block is acknowledged. A restart folds from the
 * watermark and emits from the position.
 */
export function encodePosition(position: number): string {
  return JSON.stringify({ v: 1, position });
}

/** The position, or undefined if the metadata is not ours (offsets set by hand, say). */
export function decodePosition(metadata: string): number | undefined {
  try {
    const { v, position } = JSON.parse(metadata) as { v?: unknown; position?: unknown };
    return v === 1 && Number.isSafeInteger(position) ? (position as number) : undefined;
  } catch {
    return undefined;
  }
}
