import { setTimeout as pause } from 'node:timers/promises';
import { FiledSessions } from './filed-sessions.ts';
import { FLEET, random } from './fleet.ts';
import { post } from './http.ts';

/** A pipeline that runs: where it takes events, and where it files blocks. */
export interface Place {
  readonly url: string;
  readonly forensicFile: string;
}

export interface Latency {
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Lines per second of the other traffic, as answered while it was measured. */
  readonly background: number;
}

const CRITERIA = 300;
const CRITERION_EVERY_MS = 20;
const MESSAGES = 196;
const WARM_UP_MS = 1000;

/** Milliseconds from the answer to a criterion until its block can be read in the file, beside so many lines per second of other traffic. */
export async function criterionToFile(place: Place, name: string, linesPerSecond: number): Promise<Latency> {
  const stop = new AbortController();
  const traffic = new Background(place.url, `${name}-background`);
  const watch = new Watch(place.forensicFile);
  const beside = Promise.all([traffic.run(linesPerSecond, stop.signal), watch.run(stop.signal)]);
  try {
    await pause(WARM_UP_MS);
    const start = performance.now();
    const before = traffic.answered;
    await Promise.race([failLogins(place.url, name, watch), beside]);
    const background = (traffic.answered - before) / ((performance.now() - start) / 1000);
    await Promise.race([watch.nothingLeft(), beside]);
    const latencies = watch.latencies.toSorted((a, b) => a - b);
    const at = (share: number) => latencies[Math.floor(latencies.length * share)]!;
    return { p50: at(0.5), p99: at(0.99), background };
  } finally {
    stop.abort();
    await beside;
  }
}

function event(session: string, rest: object): string {
  return `${JSON.stringify({ node: 'ftp-1', session, ...rest })}\n`;
}

/** Fails a login every now and then. */
async function failLogins(url: string, name: string, watch: Watch): Promise<void> {
  const next = random(7);
  for (let count = 0; count < CRITERIA; count++) {
    const session = `${name}-${count}`;
    const messages = Array.from({ length: MESSAGES }, (_, index) =>
      event(session, { type: 'SystemLog', level: 5, message: `${index} ${'y'.repeat(FLEET.lineBytes)}` }),
    );
    const bytes = Buffer.from([...messages, event(session, { criterion: 'FailedLogin' })].join(''));
    await post(url, { bytes, events: messages.length + 1 });
    watch.answered(session);
    await pause(CRITERION_EVERY_MS * (0.5 + next()));
  }
}

/** Looks at the file all the time for the blocks of criteria that were answered. */
class Watch {
  readonly latencies: number[] = [];
  readonly #filed: FiledSessions;
  readonly #answeredAt = new Map<string, number>();

  constructor(forensicFile: string) {
    this.#filed = new FiledSessions(forensicFile);
  }

  async nothingLeft(): Promise<void> {
    while (this.#answeredAt.size > 0) await pause(1);
  }

  answered(session: string): void {
    this.#answeredAt.set(session, performance.now());
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#filed.look();
      for (const [session, at] of this.#answeredAt) {
        if (!this.#filed.has(session)) continue;
        this.latencies.push(performance.now() - at);
        this.#answeredAt.delete(session);
      }
      await pause(1);
    }
  }
}

const LANES = 8;
const SESSIONS_OF_LANE = 10;
/** Of a lane: an answer that takes longer than this slows it down, and the figure shows it. */
const BODY_EVERY_MS = 50;

/** Lines of sessions that go on for ever, in several lanes, the bodies of each one behind the other. */
class Background {
  answered = 0;
  readonly #url: string;
  readonly #name: string;

  constructor(url: string, name: string) {
    this.#url = url;
    this.#name = name;
  }

  async run(linesPerSecond: number, signal: AbortSignal): Promise<void> {
    const lines = Math.round((linesPerSecond * BODY_EVERY_MS) / 1000 / LANES);
    await Promise.all(Array.from({ length: LANES }, (_, lane) => this.#lane(lane, lines, signal)));
  }

  async #lane(lane: number, lines: number, signal: AbortSignal): Promise<void> {
    const text = 'x'.repeat(FLEET.lineBytes);
    let due = performance.now() + (lane * BODY_EVERY_MS) / LANES;
    for (let turn = 0; !signal.aborted; turn++) {
      await pause(Math.max(0, due - performance.now()));
      due += BODY_EVERY_MS;
      const events = Array.from({ length: lines }, (_, index) => {
        const session = `${this.#name}-${lane}-${index % SESSIONS_OF_LANE}`;
        return event(session, { type: 'TraceLog', level: 7, message: `${turn} ${text}` });
      });
      await post(this.#url, { bytes: Buffer.from(events.join('')), events: lines });
      this.answered += lines;
    }
  }
}
