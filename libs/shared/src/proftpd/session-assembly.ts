import type { LogEntry, ProftpdLog } from './log-entry.ts';
import { NascentLines, type NascentState } from './nascent-lines.ts';
import type { SessionEvent } from './session-event.ts';
import { Session, type SessionState } from './session.ts';
import type { PlacedEntry } from './time-merge.ts';
import { UnclaimedLines, type UnclaimedState } from './unclaimed-lines.ts';

/** Sessions followed at once; beyond it the one that was silent for longest is let go as ended for an unknown reason. */
export const MAX_OPEN_SESSIONS = 100_000;

/** All times here are the logs' own. A session's last lines may stand behind the one that tells of its end. */
const CLOSING_MS = 2000;
/** ExtendedLog's line of a failed login: behind SystemLog's by the delay that mod_delay puts in. */
const WITNESS_MS = 10_000;
/** A stopped daemon ends its sessions within this time. */
const SHUTDOWN_MS = 5000;

export interface AssemblyCounts {
  readonly sessions: number;
  readonly criteria: number;
  /** Lines of the daemon itself. */
  readonly daemonLines: number;
  /** Lines without PID whose session was not found. */
  readonly unclaimedLines: number;
  /** Sessions that were let go because there were more than MAX_OPEN_SESSIONS. */
  readonly forgottenSessions: number;
}

/** A session that is not over. */
export interface OpenSession {
  readonly pid: number;
  readonly id: string;
  /** Of its latest line, milliseconds since 1970. */
  readonly lastMs: number;
}

/** What an assembly holds, as plain data. */
export interface AssemblyState {
  /** Silent for longest first. */
  readonly sessions: readonly SessionState[];
  readonly nascent: NascentState;
  readonly unclaimed: UnclaimedState;
  /** PIDs, and since when. */
  readonly closing: readonly (readonly [pid: number, sinceMs: number])[];
  readonly waiting: readonly (readonly [pid: number, sinceMs: number])[];
  readonly daemonStoppedMs: number;
  readonly counts: AssemblyCounts;
}

/**
 * Makes sessions of a node's merged logs: a session is a PID from its first line to its end, or until another process has the
 * PID. Events are emitted as soon as they are certain, in order for each session. Holds no more than the bounds of its parts.
 */
export class SessionAssembly {
  readonly #logs: readonly ProftpdLog[];
  readonly #emit: (event: SessionEvent) => void;
  /** Silent for longest first. */
  readonly #sessions = new Map<number, Session>();
  readonly #nascent: NascentLines;
  readonly #unclaimed: UnclaimedLines;
  /** Sessions whose end was told, and since when; the same for those with a criterion that waits for ExtendedLog's line. */
  readonly #closing = new Map<Session, number>();
  readonly #waiting = new Map<Session, number>();
  #daemonStoppedMs = Number.NEGATIVE_INFINITY;
  #sessionCount = 0;
  #criteria = 0;
  #forgotten = 0;

  /**
   * @param logs those that are read: what one does not tell, another may
   * @param state of an assembly that this one continues
   */
  constructor(logs: readonly ProftpdLog[], emit: (event: SessionEvent) => void, state?: AssemblyState) {
    this.#logs = logs;
    this.#nascent = new NascentLines(state?.nascent);
    this.#unclaimed = new UnclaimedLines(state?.unclaimed);
    this.#emit = (event) => {
      if (event.kind === 'criterion') this.#criteria += 1;
      emit(event);
    };
    if (state) this.#continue(state);
  }

  get state(): AssemblyState {
    return {
      sessions: [...this.#sessions.values()].map((session) => session.state),
      nascent: this.#nascent.state,
      unclaimed: this.#unclaimed.state,
      closing: [...this.#closing].map(([{ pid }, sinceMs]) => [pid, sinceMs]),
      waiting: [...this.#waiting].map(([{ pid }, sinceMs]) => [pid, sinceMs]),
      daemonStoppedMs: this.#daemonStoppedMs,
      counts: this.counts,
    };
  }

  /** Something happens when time passes, even if no further line comes. */
  get awaitsTime(): boolean {
    return this.#closing.size > 0 || this.#waiting.size > 0 || !this.#unclaimed.isEmpty;
  }

  *openSessions(): Generator<OpenSession> {
    for (const { pid, id, lastMs } of this.#sessions.values()) yield { pid, id, lastMs };
  }

  get counts(): AssemblyCounts {
    return {
      sessions: this.#sessionCount,
      criteria: this.#criteria,
      daemonLines: this.#nascent.daemons,
      unclaimedLines: this.#unclaimed.givenUp,
      forgottenSessions: this.#forgotten,
    };
  }

  push({ entry, atMs }: PlacedEntry): void {
    this.passTime(atMs);
    if (entry.facts.daemonStops) this.#daemonStoppedMs = atMs;
    if (entry.pid === 0) {
      this.#unclaimed.add(entry, atMs);
      return;
    }
    const session = this.#sessionOf(entry, atMs);
    if (session) this.#take(session, entry, atMs);
    else this.#nascent.hold(entry, atMs);
  }

  /** The process of this session is gone, and all that it wrote has been read. */
  processGone(pid: number, id: string): void {
    const session = this.#sessions.get(pid);
    if (session?.id === id) this.#end(session);
  }

  /** Whoever is told of the sessions from now on may know nothing of those that are open. */
  reopen(): void {
    for (const session of this.#sessions.values()) session.reopen();
  }

  /** Nothing more comes: a session whose end was not told is dead. */
  finish(): void {
    for (const entry of this.#unclaimed.overdue(Number.POSITIVE_INFINITY)) this.#giveToLatest(entry);
    for (const session of this.#sessions.values()) this.#end(session);
    this.#nascent.finish();
  }

  #sessionOf(entry: LogEntry, atMs: number): Session | undefined {
    const known = this.#sessions.get(entry.pid);
    if (known && !known.isOver(entry)) return known;
    if (known) this.#end(known);
    if (!entry.facts.ofSession) return undefined;
    const first = this.#nascent.take(entry.pid, atMs);
    const session = Session.found(first[0] ?? entry, entry.facts.context ?? {}, this.#logs, this.#emit);
    this.#sessionCount += 1;
    for (const line of first) this.#take(session, line, atMs);
    return session;
  }

  #take(session: Session, entry: LogEntry, atMs: number): void {
    // Map keeps the order of insertion: the silent ones come to the front.
    this.#sessions.delete(session.pid);
    this.#sessions.set(session.pid, session);
    if (this.#sessions.size > MAX_OPEN_SESSIONS) this.#forgetSilent();
    const { closed, awaitsWitness } = session;
    session.take(entry);
    if (entry.facts.cue) {
      const claimed = this.#unclaimed.claim(session, entry.facts.cue);
      if (claimed) session.take(claimed);
    }
    if (session.closed && !closed) this.#closing.set(session, atMs);
    if (session.awaitsWitness !== awaitsWitness) this.#waiting.delete(session);
    if (session.awaitsWitness && !awaitsWitness) this.#waiting.set(session, atMs);
  }

  /** It is this late, milliseconds since 1970: what was waited for until then is not waited for any more. */
  passTime(nowMs: number): void {
    for (const [session, sinceMs] of this.#waiting) {
      if (sinceMs + WITNESS_MS >= nowMs) break;
      session.giveUpWaiting(nowMs - WITNESS_MS);
      this.#waiting.delete(session);
      if (session.awaitsWitness) this.#waiting.set(session, nowMs);
    }
    for (const entry of this.#unclaimed.overdue(nowMs)) this.#giveToLatest(entry);
    for (const [session, sinceMs] of this.#closing) {
      if (sinceMs + CLOSING_MS >= nowMs) break;
      this.#end(session);
    }
  }

  #giveToLatest(entry: LogEntry): void {
    let latest: Session | undefined;
    for (const session of this.#sessions.values()) if (session.owns(entry.facts.owner!)) latest = session;
    if (latest) latest.take(entry);
    else this.#unclaimed.givenUp += 1;
  }

  #end(session: Session): void {
    for (const entry of this.#unclaimed.claimRest(session)) session.take(entry);
    this.#drop(session);
    session.end(Math.abs(session.lastMs - this.#daemonStoppedMs) <= SHUTDOWN_MS);
  }

  #forgetSilent(): void {
    const [silent] = this.#sessions.values();
    if (!silent) return;
    if (silent.closed) {
      this.#end(silent);
      return;
    }
    this.#forgotten += 1;
    this.#drop(silent);
    silent.forget();
  }

  #continue({ sessions, closing, waiting, daemonStoppedMs, counts }: AssemblyState): void {
    for (const known of sessions) this.#sessions.set(known.pid, new Session(known, this.#emit));
    for (const [pid, sinceMs] of closing) this.#closing.set(this.#sessions.get(pid)!, sinceMs);
    for (const [pid, sinceMs] of waiting) this.#waiting.set(this.#sessions.get(pid)!, sinceMs);
    this.#daemonStoppedMs = daemonStoppedMs;
    this.#sessionCount = counts.sessions;
    this.#criteria = counts.criteria;
    this.#forgotten = counts.forgottenSessions;
  }

  #drop(session: Session): void {
    this.#sessions.delete(session.pid);
    this.#closing.delete(session);
    this.#waiting.delete(session);
  }
}
