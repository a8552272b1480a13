import type { SessionContext } from '../wire/session-event.ts';
import type { LogEntry } from './log-entry.ts';
import type { CriterionName, SessionEvent } from './session-event.ts';

/** A criterion and what came behind it. The first of them is never complete: complete ones are let go. */
interface Waiting {
  readonly timeUs: number;
  readonly events: SessionEvent[];
  complete: boolean;
  context: SessionContext;
}

/** Where a session's stream stands, as plain data. */
export interface StreamState {
  readonly session: string;
  readonly waiting: Waiting[];
  readonly heldEvents: number;
  readonly seq: number;
}

/**
 * Numbers and emits one session's events. A criterion whose context is in a later line holds back what comes behind it until
 * {@link completeCriterion}: order stays, and the context stands before the criterion.
 */
export class SessionStream {
  readonly #session: string;
  readonly #emit: (event: SessionEvent) => void;
  readonly #waiting: Waiting[];
  #heldEvents: number;
  #seq: number;

  /** @param state the stream's beginning, or where it stood */
  constructor({ session, waiting, heldEvents, seq }: StreamState, emit: (event: SessionEvent) => void) {
    this.#session = session;
    this.#waiting = waiting;
    this.#heldEvents = heldEvents;
    this.#seq = seq;
    this.#emit = emit;
  }

  get state(): StreamState {
    return { session: this.#session, waiting: this.#waiting, heldEvents: this.#heldEvents, seq: this.#seq };
  }

  /** The session's id. */
  get session(): string {
    return this.#session;
  }

  /** When the oldest criterion that waits for its context happened, microseconds since 1970; undefined: none waits. */
  get oldestIncompleteUs(): number | undefined {
    return this.#waiting[0]?.timeUs;
  }

  /** Events that a waiting criterion holds back. */
  get heldEvents(): number {
    return this.#heldEvents;
  }

  open(context: SessionContext): void {
    this.#put({ session: this.#session, kind: 'open', context });
  }

  context(context: SessionContext): void {
    this.#put({ session: this.#session, kind: 'context', context });
  }

  message(entry: LogEntry): void {
    this.#seq += 1;
    this.#put({ session: this.#session, kind: 'message', entry, seq: this.#seq });
  }

  /** @param waits its context comes later, see {@link completeCriterion} */
  criterion(criterion: CriterionName, timeUs: number, detail: string, context: SessionContext, waits: boolean): void {
    this.#seq += 1;
    const event: SessionEvent = { session: this.#session, kind: 'criterion', criterion, seq: this.#seq, timeUs, detail };
    if (waits || this.#waiting.length > 0) {
      this.#waiting.push({ timeUs, events: [event], complete: !waits, context });
    } else {
      this.context(context);
      this.#emit(event);
    }
  }

  /** Gives the oldest waiting criterion the rest of its context (null: there is none), and lets go what it held back. */
  completeCriterion(rest: SessionContext | null): void {
    const oldest = this.#waiting[0];
    if (!oldest) return;
    oldest.complete = true;
    oldest.context = { ...oldest.context, ...rest };
    while (this.#waiting[0]?.complete) this.#letGo(this.#waiting.shift()!);
  }

  /** The last event; criteria that still wait go without the rest of their context. */
  end(reason: string): void {
    while (this.#waiting.length > 0) this.completeCriterion(null);
    this.#emit({ session: this.#session, kind: 'end', reason });
  }

  #put(event: SessionEvent): void {
    const last = this.#waiting.at(-1);
    if (!last) {
      this.#emit(event);
      return;
    }
    last.events.push(event);
    this.#heldEvents += 1;
  }

  #letGo({ events, context }: Waiting): void {
    this.#emit({ session: this.#session, kind: 'context', context });
    for (const event of events) this.#emit(event);
    this.#heldEvents -= events.length - 1;
  }
}
