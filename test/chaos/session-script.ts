/** Everything that can be known of one session before and after it was sent: what the verifier expects is in it. */
export type ScriptKind = 'failing' | 'quiet' | 'long' | 'kept alive';

export interface AskedCriterion {
  readonly name: 'FailedLogin' | 'UntimelyDeath' | 'OnDemand';
  /** Its own number; its block shows it as `Detail: asked at SEQ`. */
  readonly seq: number;
  /** The session's messages since the criterion before: firstSeq … seq - 1. */
  readonly firstSeq: number;
  /** When its request was answered with 202, milliseconds of performance.now(). */
  answeredMs?: number;
}

export interface ScriptedRequest {
  /** NDJSON. */
  readonly body: string;
  readonly events: number;
  readonly asked: readonly AskedCriterion[];
  /** Silence before it, milliseconds. */
  readonly pauseMs: number;
}

export interface SessionPlace {
  readonly node: string;
  /** Messages that its ring keeps, by the policy of its ingest. */
  readonly ring: number;
  /** ForensicLogFile of its ingest, below the root. */
  readonly file: string;
}

/** No session is silent for three times as long, whatever is down: none is ever to be lost. */
const PROMISED_S = 120;

const PADDING = 'dispatching PRE_CMD command to mod_auth, signals blocked, event core.session-reinit at 0x56007ffe2e10; '.repeat(
  4,
);

/** A session of an FTP server, made up as it goes on. What is sent can be sent again: messages and criteria are numbered. */
export class SessionScript {
  readonly name: string;
  readonly place: SessionPlace;
  readonly kind: ScriptKind;
  /** In the order of their numbers; grows as requests are made. */
  readonly asked: AskedCriterion[] = [];
  readonly clientAddress: string;
  readonly #next: () => number;
  #seq = 0;
  #answeredTo = 0;

  /** @param next numbers in 0 … 1 */
  constructor(name: string, kind: ScriptKind, place: SessionPlace, next: () => number) {
    this.name = name;
    this.kind = kind;
    this.place = place;
    this.#next = next;
    this.clientAddress = `192.0.2.${this.#upTo(254)}`;
  }

  /** The text of one message: nothing else has it. */
  line(seq: number): string {
    return `${this.name} line ${seq} ${PADDING.slice(0, (seq * 37) % 331)}`;
  }

  /** Its requests, in order; the long ones go on until they are told to end. */
  *requests(isEnding: () => boolean): Generator<ScriptedRequest> {
    const keepAliveS = this.kind === 'kept alive' ? { keepAliveS: PROMISED_S } : {};
    yield this.#request(0, [{ open: { clientAddress: this.clientAddress, protocol: 'ftp' }, ...keepAliveS }, ...this.#lines(40)]);
    if (this.kind === 'failing' || this.kind === 'quiet') yield* this.#short();
    else yield* this.#lasting(isEnding);
  }

  *#short(): Generator<ScriptedRequest> {
    for (let count = this.#upTo(3); count > 1; count--) yield this.#request(600, this.#lines(60));
    const last = this.kind === 'failing' ? [...this.#lines(60), this.#criterion('FailedLogin')] : this.#lines(60);
    if (this.#next() < 0.5) yield this.#request(600, [...last, { end: 'quit' }]);
    else {
      yield this.#request(600, last);
      yield this.#request(200, [{ end: 'eof' }]);
    }
  }

  *#lasting(isEnding: () => boolean): Generator<ScriptedRequest> {
    const pauseMs = this.kind === 'long' ? 700 : 3000;
    while (!isEnding()) {
      const choice = this.#next();
      if (choice < 0.06) {
        yield this.#request(pauseMs, [...this.#lines(40), this.#criterion('OnDemand'), ...this.#lines(40)]);
      } else if (this.kind === 'kept alive' && choice < 0.8) yield this.#request(pauseMs, [{ keepAlive: true }]);
      else yield this.#request(pauseMs, this.#lines(60));
    }
    yield this.#request(0, [...this.#lines(10), this.#criterion('UntimelyDeath')]);
    yield this.#request(0, [{ end: 'killed' }]);
  }

  #request(pauseMs: number, events: readonly object[]): ScriptedRequest {
    const of = { node: this.place.node, session: this.name };
    const body = events.map((event) => `${JSON.stringify({ ...of, ...event })}\n`).join('');
    const asked = this.asked.slice(this.#answeredTo);
    this.#answeredTo = this.asked.length;
    return { body, events: events.length, asked, pauseMs: this.#next() * pauseMs };
  }

  #lines(most: number): object[] {
    return Array.from({ length: this.#upTo(most) }, () => {
      const seq = ++this.#seq;
      return { type: 'SystemLog', level: 5, message: this.line(seq), seq };
    });
  }

  #criterion(name: AskedCriterion['name']): object {
    const firstSeq = (this.asked.at(-1)?.seq ?? 0) + 1;
    const seq = ++this.#seq;
    this.asked.push({ name, seq, firstSeq });
    return { criterion: name, seq, detail: `asked at ${seq}` };
  }

  #upTo(most: number): number {
    return 1 + Math.floor(this.#next() * most);
  }
}
