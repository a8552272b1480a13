import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { OutgoingRecord, Producer } from '@fleet-forensics/shared/bus/port';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { decodeSessionRecord } from '@fleet-forensics/shared/wire/codec';
import type { SessionBatch } from '@fleet-forensics/shared/wire/session-event';
import { Counters } from '../../counters.ts';
import { Packer } from '../../packer/packer.ts';
import { linesOf, POLICY } from '../../packer/packing.fixture.ts';
import { Publisher } from '../../packer/publisher.ts';
import { ConstantPolicy } from '../../policy/policy-source.ts';
import { FollowedFiles } from './followed-files.ts';
import type { Input } from './input.ts';
import { InputJournal } from './input-journal.ts';
import type { LogPlace } from './log-place.ts';
import { RecordedLogs } from './recorded-logs.ts';

const UNAVAILABLE = new ForensicsError('FF_LOG_UNAVAILABLE', 'not now');

/** What the log holds, and whether it takes more. */
export class FlakyLog {
  readonly batches: SessionBatch[] = [];
  /** Sends fail while it is set; every second of them has reached the log all the same. */
  fails = false;
  #sends = 0;

  /** For one process: when it is killed, nothing comes back to it, and what was on its way may or may not arrive. */
  producer(life: { isOver: boolean }): Producer {
    return {
      send: async (_topic, records) => {
        this.#sends += 1;
        const arrives = !this.fails || this.#sends % 2 === 0;
        await turn();
        if (life.isOver && this.#sends % 2 === 0) return new Promise(() => undefined);
        if (arrives) this.#put(records);
        if (life.isOver) return new Promise(() => undefined);
        if (this.fails) throw UNAVAILABLE;
        return undefined;
      },
    };
  }

  /** What the buffer takes: numbers at or below the highest of a session that is open are passed over. */
  get linesBySession(): Map<string, Map<number, string>> {
    const sessions = new Map<string, Map<number, string>>();
    const highest = new Map<string, number>();
    for (const { session, firstSeq, messages, end } of this.batches) {
      const lines = sessions.get(session) ?? new Map<number, string>();
      sessions.set(session, lines);
      for (const [index, line] of linesOf(messages).entries()) {
        const seq = firstSeq + index;
        const known = lines.get(seq);
        if (known !== undefined && known !== line) throw new Error(`${session} has two messages ${seq}: ${known} and ${line}`);
        if (seq <= (highest.get(session) ?? 0)) continue;
        lines.set(seq, line);
        highest.set(session, seq);
      }
      if (end) highest.delete(session);
    }
    return sessions;
  }

  /** `session number name` of each criterion, once; in order. */
  get criteria(): string[] {
    const all = this.batches.flatMap(({ session, criterion }) =>
      criterion ? `${session} ${criterion.seq} ${criterion.name}` : [],
    );
    return [...new Set(all)].toSorted();
  }

  #put(records: readonly OutgoingRecord[]): void {
    for (const { value } of records) {
      const record = decodeSessionRecord(value);
      if (record.kind === 'batch') this.batches.push(record.batch);
    }
  }
}

export interface RecordingOptions {
  readonly dir: string;
  readonly places: readonly LogPlace[];
  readonly log: FlakyLog;
  readonly maxBytes?: number;
}

/** The source's inside as one process of ingest: its time passes when the test says so. */
export class Recording {
  readonly counters = new Counters();
  readonly warnings: string[] = [];
  readonly journal: InputJournal;
  readonly #recorded: RecordedLogs;
  readonly #publisher: Publisher;
  readonly #life = { isOver: false };
  readonly #places: readonly LogPlace[];
  #files: FollowedFiles | undefined;
  #nowMs: number;

  private constructor({ dir, places, log, maxBytes = 64 * 1024 ** 2 }: RecordingOptions, nowMs: number) {
    this.#places = places;
    this.#nowMs = nowMs;
    this.journal = new InputJournal(join(dir, 'journal'));
    const bounds = { batchLines: 5, batchBytes: 65_536, batchMs: 0, sessions: 1000 };
    const packer = new Packer(bounds, new ConstantPolicy(POLICY), this.counters, () => 0);
    this.#publisher = new Publisher(packer, log.producer(this.#life), this.counters, () => 0);
    this.#recorded = new RecordedLogs({
      journal: this.journal,
      paths: new Map(places.map((place) => [place.log, place.path])),
      offset: 0,
      maxBytes,
      node: 'n',
      publisher: this.#publisher,
      counters: this.counters.nodeLogs,
      warn: (warning) => this.warnings.push(warning),
      now: () => this.#nowMs,
    });
  }

  /** @param nowMs milliseconds since 1970 */
  static async start(options: RecordingOptions, nowMs: number): Promise<Recording> {
    const recording = new Recording(options, nowMs);
    await recording.#start();
    return recording;
  }

  get isLive(): boolean {
    return this.#recorded.isLive;
  }

  take(input: Input): void {
    this.#recorded.take(input);
  }

  /** One step at that time; false: there is nothing to read. */
  async step(nowMs: number): Promise<boolean> {
    this.#nowMs = nowMs;
    await this.#recorded.tend();
    const isBehind = this.isLive && this.#recorded.hasRoom && this.#files!.read();
    if (!this.isLive) this.#files!.close();
    else if (!isBehind && this.#recorded.awaitsTick) this.take({ kind: 'tick', nowMs });
    await settled();
    return isBehind;
  }

  /** Ends as by SIGTERM. */
  async close(): Promise<void> {
    this.#files!.close();
    await this.#recorded.close(1000);
    await this.#publisher.close();
  }

  /** Ends as by SIGKILL. */
  async kill(): Promise<void> {
    this.#life.isOver = true;
    this.#files!.close();
    this.journal.close();
    await settled();
  }

  async #start(): Promise<void> {
    const readBefore = await this.#recorded.start();
    this.#files = new FollowedFiles({
      places: this.#places.filter(({ kind }) => kind === 'tail'),
      recorded: this.#recorded,
      readBefore,
      sinceMs: this.#recorded.sinceMs,
      counters: this.counters.nodeLogs,
      take: (input) => this.take(input),
      now: () => this.#nowMs,
      warn: (warning) => this.warnings.push(warning),
    });
  }
}

/** What the publisher and the log do on their own is done. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 6; turns += 1) await turn();
}
