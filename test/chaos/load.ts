import { setTimeout as pause } from 'node:timers/promises';
import { random } from '../../bench/fleet.ts';
import { type ScriptKind, type ScriptedRequest, type SessionPlace, SessionScript } from './session-script.ts';

/** One ingest: a session stays with it, for what it acknowledged may still wait in its spool. */
export interface IngestPlace extends SessionPlace {
  /** Where it listens now; undefined while it is down. */
  readonly url: () => string | undefined;
  /** Shown with every request. */
  readonly token?: string;
}

export interface LoadOptions {
  readonly places: readonly IngestPlace[];
  readonly seed: number;
  /** Sessions at once on each ingest, by kind. */
  readonly lanes: Readonly<Record<'short' | 'long' | 'kept alive', number>>;
}

/** A publisher that got no answer for so long sends again: the first request may have been taken, or be taken later. */
const PATIENCE_MS = 8000;
const AGAIN_AFTER_MS = 150;

/** Many FTP sessions at once, until they are told to end. */
export class Load {
  /** All that were begun, by name. */
  readonly scripts = new Map<string, SessionScript>();
  /** What an ingest refused, though it was right: each in a line. */
  readonly refused: string[] = [];
  answered = 0;
  sentAgain = 0;
  lines = 0;
  readonly #options: LoadOptions;
  readonly #next: () => number;
  readonly #lanes: Promise<void>[] = [];
  #busyLanes = 0;
  #isEnding = false;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#next = random(options.seed);
  }

  start(): void {
    const { places, lanes } = this.#options;
    for (const place of places) {
      for (let lane = 0; lane < lanes.short; lane++) this.#start(place, () => (this.#next() < 0.5 ? 'failing' : 'quiet'));
      for (let lane = 0; lane < lanes.long; lane++) this.#start(place, () => 'long');
      for (let lane = 0; lane < lanes['kept alive']; lane++) this.#start(place, () => 'kept alive');
    }
  }

  /**
   * Lets every session come to its end: what was not answered is sent until it is.
   * @returns lanes that did not end within the time, milliseconds
   */
  async end(withinMs: number): Promise<number> {
    this.#isEnding = true;
    const patience = new AbortController();
    await Promise.race([Promise.all(this.#lanes), pause(withinMs, undefined, { signal: patience.signal })]);
    patience.abort();
    return this.#busyLanes;
  }

  #start(place: IngestPlace, kind: () => ScriptKind): void {
    this.#busyLanes += 1;
    this.#lanes.push(this.#drive(place, kind).finally(() => (this.#busyLanes -= 1)));
  }

  async #drive(place: IngestPlace, kind: () => ScriptKind): Promise<void> {
    const isEnding = () => this.#isEnding;
    while (!isEnding()) {
      const name = `${this.#options.seed}-${this.scripts.size + 1}`;
      const script = new SessionScript(name, kind(), place, random(this.#next() * 2 ** 32));
      this.scripts.set(name, script);
      for (const request of script.requests(isEnding)) {
        await pause(request.pauseMs);
        if (!(await this.#deliver(place, request))) break;
      }
    }
  }

  /** False: the ingest will never take it. */
  async #deliver(place: IngestPlace, request: ScriptedRequest): Promise<boolean> {
    for (;;) {
      const answer = await post(place, request.body);
      if (answer?.status === 202 && answer.text === `{"accepted":${request.events},"rejected":[],"rejectedCount":0}`) {
        const nowMs = performance.now();
        for (const criterion of request.asked) criterion.answeredMs = nowMs;
        this.answered += 1;
        this.lines += request.events;
        return true;
      }
      if (answer && answer.status !== 429 && answer.status < 500) {
        this.refused.push(`${answer.status} ${answer.text} to ${request.body.slice(0, 200)}`);
        return false;
      }
      if (place.url() !== undefined) this.sentAgain += 1;
      await pause(AGAIN_AFTER_MS);
    }
  }
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Undefined: there was no answer. */
async function post(place: IngestPlace, body: string): Promise<Answer | undefined> {
  const url = place.url();
  if (url === undefined) return undefined;
  try {
    const authorization = place.token === undefined ? {} : { authorization: `Bearer ${place.token}` };
    const headers = { 'content-type': 'application/x-ndjson', ...authorization };
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(`${url}/v1/events`, { method: 'POST', headers, body, signal });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    // A killed or stopped process is what this is about; a mistake of our own must not look like one.
    if (error instanceof DOMException || (error instanceof TypeError && error.message === 'fetch failed')) return undefined;
    if (error instanceof TypeError && error.message === 'terminated') return undefined;
    throw error;
  }
}
