import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { FLEET, fleetSessions, random } from './fleet.ts';
import { post, postAll } from './http.ts';
import { ndjsonBodies } from './ndjson.ts';
import { startStandalone } from './standalone.ts';

const LANES = 4;
const BODY_BYTES = 256 * 1024;

/** HTTP NDJSON in to block files out, everything in one process: lines per second until the last block is in its file. */
export async function endToEndLines(): Promise<number> {
  const lanes = Array.from({ length: LANES }, (_, lane) => ndjsonBodies(FLEET, BODY_BYTES, lane, LANES));
  const expected = fleetSessions(FLEET).filter(({ fails }) => fails).length;
  const standalone = await startStandalone();
  try {
    const start = performance.now();
    await postAll(standalone.url, lanes);
    const filed = new FiledSessions(standalone.forensicFile);
    while (filed.look() < expected) await pause(2);
    return (FLEET.sessions * FLEET.linesPerSession) / ((performance.now() - start) / 1000);
  } finally {
    await standalone.stop();
  }
}

const BACKGROUND_LINES_PER_SECOND = 5000;
const CRITERIA = 300;
const CRITERION_EVERY_MS = 20;

/** Milliseconds from the answer to a criterion until its block is in the file, under 5000 lines/s of other traffic. */
export async function criterionToFile(): Promise<{ p50: number; p99: number }> {
  const standalone = await startStandalone();
  const background = new AbortController();
  try {
    const traffic = drive(standalone.url, background.signal);
    await pause(1000);
    const latencies = await measure(standalone.url, standalone.forensicFile);
    background.abort();
    await traffic;
    latencies.sort((a, b) => a - b);
    return { p50: latencies[Math.floor(latencies.length * 0.5)]!, p99: latencies[Math.floor(latencies.length * 0.99)]! };
  } finally {
    background.abort();
    await standalone.stop();
  }
}

function event(session: string, rest: object): string {
  return `${JSON.stringify({ node: 'ftp-1', session, ...rest })}\n`;
}

/** Bodies of 50 lines of ten sessions that go on for ever. */
async function drive(url: string, signal: AbortSignal): Promise<void> {
  const text = 'x'.repeat(FLEET.lineBytes);
  for (let turn = 0; !signal.aborted; turn++) {
    const due = performance.now() + 10;
    const lines = Array.from({ length: BACKGROUND_LINES_PER_SECOND / 100 }, (_, index) =>
      event(`background-${index % 10}`, { type: 'TraceLog', level: 7, message: `${turn} ${text}` }),
    );
    await post(url, { bytes: Buffer.from(lines.join('')), events: lines.length });
    await pause(Math.max(0, due - performance.now()));
  }
}

/** Fails a login every now and then; the other session of the pair keeps the ring's size ordinary (196 messages). */
async function measure(url: string, forensicFile: string): Promise<number[]> {
  const filed = new FiledSessions(forensicFile);
  const next = random(7);
  const answeredAt = new Map<string, number>();
  const latencies: number[] = [];
  const collect = () => {
    filed.look();
    for (const [session, at] of answeredAt) {
      if (!filed.has(session)) continue;
      latencies.push(Math.max(0, performance.now() - at));
      answeredAt.delete(session);
    }
  };
  for (let count = 0; count < CRITERIA; count++) {
    const session = `failing-${count}`;
    const messages = Array.from({ length: 196 }, (_, index) =>
      event(session, { type: 'SystemLog', level: 5, message: `${index} ${'y'.repeat(FLEET.lineBytes)}` }),
    );
    const bytes = Buffer.from([...messages, event(session, { criterion: 'FailedLogin' })].join(''));
    await post(url, { bytes, events: messages.length + 1 });
    answeredAt.set(session, performance.now());
    const until = performance.now() + CRITERION_EVERY_MS * (0.5 + next());
    do {
      collect();
      await pause(1);
    } while (performance.now() < until);
  }
  while (answeredAt.size > 0) {
    collect();
    await pause(1);
  }
  return latencies;
}

/** The sessions whose blocks have reached the file, read as it grows. */
class FiledSessions {
  readonly #path: string;
  readonly #sessions = new Set<string>();
  #position = 0;
  #rest = '';

  constructor(path: string) {
    this.#path = path;
  }

  has(session: string): boolean {
    return this.#sessions.has(session);
  }

  /** Reads what is new; how many blocks are whole. A block counts when its END line is there. */
  look(): number {
    const size = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
    if (size === this.#position) return this.#sessions.size;
    const bytes = Buffer.alloc(size - this.#position);
    const file = openSync(this.#path, 'r');
    const read = readSync(file, bytes, 0, bytes.length, this.#position);
    closeSync(file);
    this.#position += read;
    const pieces = (this.#rest + bytes.toString('latin1', 0, read)).split(/^-----END .*-----\n/m);
    this.#rest = pieces.pop()!;
    for (const piece of pieces) {
      const session = /^Session: (.*)$/m.exec(piece)?.[1];
      if (session !== undefined) this.#sessions.add(session);
    }
    return this.#sessions.size;
  }
}
