import { LogType } from '../wire/log-type.ts';
import type { SessionContext } from '../wire/session-event.ts';
import { endingOf } from './end-reason.ts';
import type { LineFacts, LogEntry, Owner, ProftpdLog } from './log-entry.ts';
import type { SessionEvent } from './session-event.ts';
import { SessionStream, type StreamState } from './session-stream.ts';

/** Published as soon as they change. The other fields change with every command: only a criterion needs them. */
const STEADY = [
  'clientAddress',
  'serverAddress',
  'protocol',
  'user',
  'uniqueId',
] as const satisfies readonly (keyof SessionContext)[];

/** Events of one session that wait for ExtendedLog's line of a failed login; beyond it the criterion goes without. */
export const MAX_HELD_EVENTS = 10_000;

const LOGIN_INCORRECT = 530;
const US_PER_MS = 1000;

/** What is known of a session, as plain data. */
export interface SessionState {
  readonly pid: number;
  readonly stream: StreamState;
  /** Both SystemLog and ExtendedLog are read: each failed login is in both. */
  readonly twoWitnesses: boolean;
  readonly context: SessionContext;
  readonly startUs: number;
  lastUs: number;
  clientName: string;
  readonly opened: Set<ProftpdLog>;
  /** Failed logins that only SystemLog (positive) or only ExtendedLog (negative) has told, and that have fired. */
  systemLead: number;
  refusedLast: boolean;
  closed: boolean;
  wouldBeTold: boolean;
  quits: boolean;
  exitReason: string | undefined;
  signal: number | undefined;
}

/** One ProFTPD session while its lines come in: what is known of it, and which criteria they make. */
export class Session {
  readonly #known: SessionState;
  readonly #stream: SessionStream;

  /** @param state of a session that is just founded ({@link found}), or that this one continues */
  constructor(state: SessionState, emit: (event: SessionEvent) => void) {
    this.#known = state;
    this.#stream = new SessionStream(state.stream, emit);
  }

  /** @param first its first message: start time and PID make the session's id */
  static found(
    first: LogEntry,
    context: SessionContext,
    logs: readonly ProftpdLog[],
    emit: (event: SessionEvent) => void,
  ): Session {
    const session = new Session(
      {
        pid: first.pid,
        stream: { session: idOf(first, context), waiting: [], heldEvents: 0, seq: 0 },
        twoWitnesses: logs.includes(LogType.SystemLog) && logs.includes(LogType.ExtendedLog),
        context: steadyOf(context),
        startUs: first.timeUs,
        lastUs: 0,
        clientName: '',
        opened: new Set(),
        systemLead: 0,
        refusedLast: false,
        closed: false,
        wouldBeTold: false,
        quits: false,
        exitReason: undefined,
        signal: undefined,
      },
      emit,
    );
    session.reopen();
    return session;
  }

  get state(): SessionState {
    return { ...this.#known, stream: this.#stream.state };
  }

  get pid(): number {
    return this.#known.pid;
  }

  get id(): string {
    return this.#stream.session;
  }

  /** Says that it is open, and what is known of it. */
  reopen(): void {
    this.#stream.open(steadyOf(this.#known.context));
  }

  /** Its end was told. */
  get closed(): boolean {
    return this.#known.closed;
  }

  /** A failed login waits for ExtendedLog's line. */
  get awaitsWitness(): boolean {
    return this.#stream.oldestIncompleteUs !== undefined;
  }

  /** Milliseconds since 1970 of its latest line. */
  get lastMs(): number {
    return Math.floor(this.#known.lastUs / US_PER_MS);
  }

  /** Such a line can't be of this session: the PID is another process's now. */
  isOver({ type, facts }: LogEntry): boolean {
    const { uniqueId } = facts.context ?? {};
    if (uniqueId !== undefined && this.#known.context.uniqueId !== undefined && uniqueId !== this.#known.context.uniqueId)
      return true;
    return facts.opens === true && (this.#known.closed || this.#known.opened.has(type));
  }

  owns({ client, user }: Owner): boolean {
    const { clientAddress, user: loggedIn } = this.#known.context;
    if (client !== clientAddress && client !== this.#known.clientName) return false;
    return user === undefined || loggedIn === undefined || user === loggedIn;
  }

  take(entry: LogEntry): void {
    const { facts } = entry;
    this.#note(entry);
    const repeated = this.#known.refusedLast && entry.type === LogType.ExtendedLog;
    if (entry.type === LogType.ExtendedLog) this.#known.refusedLast = facts.passwordRefused !== undefined;
    if (facts.context) this.#publishSteady(facts.context);
    this.#stream.message(entry);
    if (this.#stream.heldEvents > MAX_HELD_EVENTS) this.giveUpWaiting(Number.MAX_VALUE);
    if (facts.loginFailed) this.#loginFailed(entry.timeUs, facts.loginFailed);
    // mod_sftp logs one refusal twice; in FTP another command lies between two of them.
    if (facts.passwordRefused !== undefined && !repeated) this.#passwordRefused(entry, facts.passwordRefused);
  }

  /** ExtendedLog's lines of failed logins up to this time (milliseconds since 1970) did not come. */
  giveUpWaiting(untilMs: number): void {
    while ((this.#stream.oldestIncompleteUs ?? Number.POSITIVE_INFINITY) < untilMs * US_PER_MS) {
      this.#stream.completeCriterion(null);
      this.#known.systemLead += 1;
    }
  }

  /** @param daemonStopped the daemon was told to stop about now */
  end(daemonStopped: boolean): void {
    const { lastUs } = this.#known;
    const { reason, criterion } = endingOf({ ...this.#known, daemonStopped });
    if (criterion) this.#stream.criterion(criterion.name, lastUs, criterion.detail, this.#contextAt(lastUs), false);
    this.#stream.end(reason);
  }

  /** It is not followed any more; what becomes of it is not known. */
  forget(): void {
    this.#stream.end('unknown');
  }

  #note({ type, timeUs, facts }: LogEntry): void {
    if (timeUs > 0) this.#known.lastUs = Math.max(this.#known.lastUs, timeUs);
    if (facts.opens) this.#known.opened.add(type);
    if (facts.closes) this.#known.closed = true;
    if (facts.wouldTellEnd) this.#known.wouldBeTold = true;
    if (facts.quits) this.#known.quits = true;
    if (facts.exitReason !== undefined) this.#known.exitReason = facts.exitReason;
    if (facts.signal !== undefined) this.#known.signal = facts.signal;
    if (facts.clientName !== undefined) this.#known.clientName = facts.clientName;
  }

  #loginFailed(timeUs: number, { attemptedUser, detail }: NonNullable<LineFacts['loginFailed']>): void {
    if (this.#known.systemLead < 0) {
      this.#known.systemLead += 1;
      return;
    }
    const context = { ...this.#contextAt(timeUs), ...(attemptedUser !== '' && { attemptedUser }) };
    this.#stream.criterion('FailedLogin', timeUs, detail, context, this.#known.twoWitnesses);
  }

  #passwordRefused({ timeUs, facts }: LogEntry, code: number): void {
    if (code === LOGIN_INCORRECT) {
      if (this.awaitsWitness) {
        this.#stream.completeCriterion({ ...facts.context });
        return;
      }
      if (this.#known.systemLead > 0) {
        this.#known.systemLead -= 1;
        return;
      }
      // SystemLog did not tell: it is not read, or the client planted line feeds to hide it.
      if (this.#known.twoWitnesses) this.#known.systemLead -= 1;
    }
    const context = { ...this.#contextAt(timeUs), ...facts.context };
    this.#stream.criterion('FailedLogin', timeUs, `PASS was answered with ${code}`, context, false);
  }

  /** What is known at a criterion. */
  #contextAt(timeUs: number): SessionContext {
    return {
      ...this.#known.context,
      ...(this.#known.startUs > 0 && { elapsedMs: Math.max(0, Math.floor((timeUs - this.#known.startUs) / US_PER_MS)) }),
    };
  }

  #publishSteady(context: SessionContext): void {
    const changed = steadyOf(context, this.#known.context);
    Object.assign(this.#known.context, context);
    if (Object.keys(changed).length > 0) this.#stream.context(changed);
  }
}

function idOf({ timeUs, pid }: LogEntry, { uniqueId }: SessionContext): string {
  return timeUs > 0 ? `${Math.floor(timeUs / US_PER_MS)}-${pid}` : (uniqueId ?? `0-${pid}`);
}

/** Steady fields of `context` that differ from those of `known`. */
function steadyOf(context: SessionContext, known: SessionContext = {}): SessionContext {
  const steady: SessionContext = {};
  for (const field of STEADY) {
    const value = context[field];
    if (value !== undefined && value !== known[field]) steady[field] = value;
  }
  return steady;
}
