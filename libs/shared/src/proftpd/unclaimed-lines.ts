import type { Cue, LogEntry } from './log-entry.ts';
import type { Session } from './session.ts';

/** Lines without PID that wait for their session; beyond it the oldest is given up. */
export const MAX_UNCLAIMED = 1000;

/** Their times have whole seconds: the session's own line may come up to a second later, and a little for the way to the log. */
const WAIT_MS = 2000;

interface Unclaimed {
  readonly entry: LogEntry;
  readonly untilMs: number;
}

/** What waits, as plain data. */
export interface UnclaimedState {
  readonly lines: Unclaimed[];
  readonly givenUp: number;
}

/**
 * Lines of TransferLog and of an ExtendedLog in ProFTPD's default format: they carry no PID. A session claims them by client
 * and user when it does what they tell of (a transfer of so many bytes, a command), or at the latest when their time is over.
 */
export class UnclaimedLines {
  readonly #lines: Unclaimed[];
  /** Lines whose session was not found. */
  givenUp: number;

  /** @param state that is continued */
  constructor(state?: UnclaimedState) {
    this.#lines = state?.lines ?? [];
    this.givenUp = state?.givenUp ?? 0;
  }

  get state(): UnclaimedState {
    return { lines: this.#lines, givenUp: this.givenUp };
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  add(entry: LogEntry, atMs: number): void {
    if (entry.facts.owner) this.#lines.push({ entry, untilMs: atMs + WAIT_MS });
    else this.givenUp += 1;
    if (this.#lines.length <= MAX_UNCLAIMED) return;
    this.#lines.shift();
    this.givenUp += 1;
  }

  /** The oldest line that tells of what the session is just doing. */
  claim(session: Session, cue: Cue): LogEntry | undefined {
    const index = this.#lines.findIndex(({ entry: { facts } }) => {
      const { owner } = facts;
      return owner !== undefined && session.owns(owner) && matches(owner.cue, cue);
    });
    return this.#lines.splice(index, index < 0 ? 0 : 1)[0]?.entry;
  }

  /** What is left of a session that ends. */
  claimRest(session: Session): LogEntry[] {
    return this.#remove(({ entry }) => session.owns(entry.facts.owner!));
  }

  /** Lines that have waited long enough at `nowMs`. */
  overdue(nowMs: number): LogEntry[] {
    return (this.#lines[0]?.untilMs ?? Number.POSITIVE_INFINITY) < nowMs ? this.#remove(({ untilMs }) => untilMs < nowMs) : [];
  }

  #remove(condition: (line: Unclaimed) => boolean): LogEntry[] {
    const taken = this.#lines.filter(condition);
    if (taken.length === 0) return [];
    const kept = this.#lines.filter((line) => !condition(line));
    this.#lines.splice(0, this.#lines.length, ...kept);
    return taken.map(({ entry }) => entry);
  }
}

function matches(told: Cue, done: Cue): boolean {
  if (told.bytes !== undefined) return told.bytes === done.bytes;
  return told.command !== undefined && told.command === done.command;
}
