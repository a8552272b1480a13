/** What a block's `Lines:` says: docs/FORMAT.md. */
export interface LinesHeader {
  readonly inBlock: number;
  readonly received: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly evicted: number;
  readonly missing: number;
  readonly droppedAtSource: number;
}

const SHAPE = /^(\d+) of (\d+) \(seq (\d+)-(\d+), evicted (\d+), missing (\d+)(?:, dropped at source (\d+))?\)$/;

/** @throws Error if it says anything else, e.g. that messages were repeated */
export function parseLinesHeader(value: string | undefined): LinesHeader {
  const match = SHAPE.exec(value ?? '');
  if (!match) throw new Error(`a block of whole, numbered messages does not say: Lines: ${value}`);
  const [inBlock, received, firstSeq, lastSeq, evicted, missing, droppedAtSource] = match
    .slice(1)
    .map((count) => Number(count ?? 0));
  return {
    inBlock: inBlock!,
    received: received!,
    firstSeq: firstSeq!,
    lastSeq: lastSeq!,
    evicted: evicted!,
    missing: missing!,
    droppedAtSource: droppedAtSource!,
  };
}
