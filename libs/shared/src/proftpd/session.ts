import { LogType } from '../wire/log-type.ts';
import type { SessionContext } from '../wire/session-event.ts';
import { endingOf } from './end-reason.ts';
import type { LineFacts, LogEntry, Owner, ProftpdLog } from './log-entry.ts';
import type { SessionEvent } from './session-event.ts';
import { SessionStream } from './session-stream.ts';

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

/** One ProFTPD session while its lines come in: what is known of it, and which criteria they make. */
export class Session {
  readonly pid: number;
  readonly #stream: SessionStream;
  /** Both SystemLog and ExtendedLog are read: each failed login is in both. */
  readonly #twoWitnesses: boolean;
  readonly #context: SessionContext = {};
  #startUs = 0;
  #lastUs = 0;
  #clientName = '';
  #opened = new Set<ProftpdLog>();
  /** Failed logins that only SystemLog (positive) or only ExtendedLog (negative) has told, and that have fired. */
  #systemLead = 0;
  #refusedLast = false;
  #closed = false;
  #wouldBeTold = false;
  #quits = false;
  #exitReason: string | undefined;
  #signal: number | undefined;

  /** @param first its first message: start time and PID make the session's id */
  constructor(first: LogEntry, context: SessionContext, logs: readonly ProftpdLog[], emit: (event: SessionEvent) => void) {
    this.pid = first.pid;
    this.#startUs = first.timeUs;
    this.#stream = new SessionStream(idOf(first, context), emit);
    this.#twoWitnesses = logs.includes(LogType.SystemLog) && logs.includes(LogType.ExtendedLog);
    Object.assign(this.#context, steadyOf(context));
    this.#stream.open({ ...this.#context });
  }

  /** Its end was told. */
  get closed(): boolean {
    return this.#closed;
  }

  /** A failed login waits for ExtendedLog's line. */
  get awaitsWitness(): boolean {
    return this.#stream.oldestIncompleteUs !== undefined;
  }

  /** Milliseconds since 1970 of its latest line. */
  get lastMs(): number {
    return Math.floor(this.#lastUs / US_PER_MS);
  }

  /** Such a line can't be of this session: the PID is another process's now. */
  isOver({ type, facts }: LogEntry): boolean {
    const { uniqueId } = facts.context ?? {};
    if (uniqueId !== undefined && this.#context.uniqueId !== undefined && uniqueId !== this.#context.uniqueId) return true;
    return facts.opens === true && (this.#closed || this.#opened.has(type));
  }

  owns({ client, user }: Owner): boolean {
    const { clientAddress, user: loggedIn } = this.#context;
    if (client !== clientAddress && client !== this.#clientName) return false;
    return user === undefined || loggedIn === undefined || user === loggedIn;
  }

  take(entry: LogEntry): void {
    const { facts } = entry;
    this.#note(entry);
    const repeated = this.#refusedLast && entry.type === LogType.ExtendedLog;
    if (entry.type === LogType.ExtendedLog) this.#refusedLast = facts.passwordRefused !== undefined;
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
      this.#systemLead += 1;
    }
  }

  /** @param daemonStopped the daemon was told to stop about now */
  end(daemonStopped: boolean): void {
    const { reason, criterion } = endingOf({
      closed: this.#closed,
      wouldBeTold: this.#wouldBeTold,
      exitReason: this.#exitReason,
      signal: this.#signal,
      quits: this.#quits,
      daemonStopped,
    });
    if (criterion) {
      this.#stream.criterion(criterion.name, this.#lastUs, criterion.detail, this.#contextAt(this.#lastUs), false);
    }
    this.#stream.end(reason);
  }

  /** It is not followed any more; what becomes of it is not known. */
  forget(): void {
    this.#stream.end('unknown');
  }

  #note({ type, timeUs, facts }: LogEntry): void {
    if (timeUs > 0) this.#lastUs = Math.max(this.#lastUs, timeUs);
    if (facts.opens) this.#opened.add(type);
    if (facts.closes) this.#closed = true;
    if (facts.wouldTellEnd) this.#wouldBeTold = true;
    if (facts.quits) this.#quits = true;
    if (facts.exitReason !== undefined) this.#exitReason = facts.exitReason;
    if (facts.signal !== undefined) this.#signal = facts.signal;
    if (facts.clientName !== undefined) this.#clientName = facts.clientName;
  }

  #loginFailed(timeUs: number, { attemptedUser, detail }: NonNullable<LineFacts['loginFailed']>): void {
    if (this.#systemLead < 0) {
      this.#systemLead += 1;
      return;
    }
    const context = { ...this.#contextAt(timeUs), ...(attemptedUser !== '' && { attemptedUser }) };
    this.#stream.criterion('FailedLogin', timeUs, detail, context, this.#twoWitnesses);
  }

  #passwordRefused({ timeUs, facts }: LogEntry, code: number): void {
    if (code === LOGIN_INCORRECT) {
      if (this.awaitsWitness) {
        this.#stream.completeCriterion({ ...facts.context });
        return;
      }
      if (this.#systemLead > 0) {
        this.#systemLead -= 1;
        return;
      }
      // SystemLog did not tell: it is not read, or the client planted line feeds to hide it.
      if (this.#twoWitnesses) this.#systemLead -= 1;
    }
    const context = { ...this.#contextAt(timeUs), ...facts.context };
    this.#stream.criterion('FailedLogin', timeUs, `PASS was answered with ${code}`, context, false);
  }

  /** What is known at a criterion. */
  #contextAt(timeUs: number): SessionContext {
    return {
      ...this.#context,
      ...(this.#startUs > 0 && { elapsedMs: Math.max(0, Math.floor((timeUs - this.#startUs) / US_PER_MS)) }),
    };
  }

  #publishSteady(context: SessionContext): void {
    const changed = steadyOf(context, this.#context);
    Object.assign(this.#context, context);
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
