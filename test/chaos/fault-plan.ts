/** What a fault may hit: two writers share a root and a journal, each ingest has a spool of its own. */
export const TARGETS = ['broker', 'ingest-1', 'ingest-2', 'buffer-1', 'buffer-2', 'buffer-3', 'writer-1', 'writer-2'] as const;
export type Target = (typeof TARGETS)[number];

/** SIGSTOP is followed by SIGCONT, the others by a restart. */
export const FAULT_KINDS = ['SIGKILL', 'SIGTERM', 'SIGSTOP'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  /** Since the start of the plan, milliseconds. */
  readonly atMs: number;
  readonly target: Target;
  readonly kind: FaultKind;
  /** Until SIGCONT or the restart, milliseconds. */
  readonly lastsMs: number;
}

/** A stop of more than the group's session timeout makes a zombie: one that goes on after others have taken over. */
const STOP_MS = { least: 1000, most: 15_000 };
const DOWN_MS = { least: 0, most: 6000 };
const APART_MS = { least: 1000, most: 6000 };

/**
 * Faults that overlap as it happens, but never two of one process. Every role meets every kind once in twelve faults.
 * @param next numbers in 0 … 1
 */
export function faultPlan(count: number, next: () => number): Fault[] {
  const faults: Fault[] = [];
  const freeFromMs = new Map<Target, number>();
  let deck: Card[] = [];
  let nowMs = 0;
  while (faults.length < count) {
    if (deck.length === 0) deck = shuffled(CARDS, next);
    const { role, kind } = deck.pop()!;
    const target = pick(
      TARGETS.filter((each) => each.startsWith(role)),
      next,
    );
    const atMs = Math.max(nowMs + between(APART_MS, next), freeFromMs.get(target) ?? 0);
    const lastsMs = between(kind === 'SIGSTOP' ? STOP_MS : DOWN_MS, next);
    faults.push({ atMs, target, kind, lastsMs });
    freeFromMs.set(target, atMs + lastsMs + APART_MS.least);
    nowMs = atMs;
  }
  return faults;
}

interface Card {
  readonly role: 'broker' | 'ingest' | 'buffer' | 'writer';
  readonly kind: FaultKind;
}

const CARDS: readonly Card[] = (['broker', 'ingest', 'buffer', 'writer'] as const).flatMap((role) =>
  FAULT_KINDS.map((kind) => ({ role, kind })),
);

function between({ least, most }: { least: number; most: number }, next: () => number): number {
  return Math.round(least + next() * (most - least));
}

function pick<T>(from: readonly T[], next: () => number): T {
  return from[Math.floor(next() * from.length)]!;
}

function shuffled<T>(items: readonly T[], next: () => number): T[] {
  const rest = [...items];
  return items.map(() => rest.splice(Math.floor(next() * rest.length), 1)[0]!);
}
