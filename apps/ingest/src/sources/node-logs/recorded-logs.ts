import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '@fleet-forensics/shared/error';
import type { UtcOffset } from '@fleet-forensics/shared/proftpd/log-clock';
import type { ProftpdLog } from '@fleet-forensics/shared/proftpd/log-entry';
import { NodeLogs, type NodeLogsState } from '@fleet-forensics/shared/proftpd/node-logs';
import type { OpenSession } from '@fleet-forensics/shared/proftpd/session-assembly';
import type { SessionEvent as LoggedEvent } from '@fleet-forensics/shared/proftpd/session-event';
import type { Publisher } from '../../packer/publisher.ts';
import { Receipt } from '../../packer/receipt.ts';
import { type FilePositions, withInput } from './file-positions.ts';
import type { Input } from './input.ts';
import type { InputJournal } from './input-journal.ts';
import type { NodeLogCounters } from './node-log-counters.ts';
import { packerEvent } from './packer-event.ts';

/** A journal's file gets this much, or as much time, before the next begins. */
const SEGMENT_BYTES = 4 * 1024 ** 2;
const SEGMENT_MS = 1000;
/** The state is written at most this part of the time. */
const STATE_SHARE = 20;
/** What the log did not take is sent again after this long, twice as long after each failure. */
const RETRY_MS = 1000;
const MAX_RETRY_MS = 30_000;

/** What a journal's file begins with. */
interface State {
  readonly read: readonly ProftpdLog[];
  /** Of the logs that are read, their paths. */
  readonly paths: ReadonlyMap<ProftpdLog, string>;
  /** When the first process that read them began, milliseconds since 1970. */
  readonly sinceMs: number;
  readonly logs: NodeLogsState;
  readonly positions: FilePositions;
}

export interface RecordedLogsOptions {
  readonly journal: InputJournal;
  readonly paths: ReadonlyMap<ProftpdLog, string>;
  readonly offset: UtcOffset;
  /** Of the journal, bytes. */
  readonly maxBytes: number;
  readonly node: string;
  readonly publisher: Publisher;
  readonly counters: NodeLogCounters;
  readonly warn: (message: string) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/**
 * The sessions of a node, as its logs tell them, published so that neither a crash nor a log that fails loses or repeats any: inputs
 * are kept until what came of them is durable. Otherwise they are gone through again, from the state before them; that gives
 * the same events with the same numbers, and the buffer passes over those it has.
 */
export class RecordedLogs {
  readonly #options: RecordedLogsOptions;
  #logs: NodeLogs;
  #positions: FilePositions = new Map();
  #sinceMs = Date.now();
  #receipt = new Receipt();
  /** Of the journal's older files, while not all that came of them is durable. */
  #older: Receipt | null = null;
  /** Resolves when it is known whether they are. */
  #dropped: Promise<void> = Promise.resolve();
  #isLive = false;
  #begunMs = 0;
  #stateMs = 0;
  #retryMs = RETRY_MS;
  #retryAtMs: number | null = null;

  constructor(options: RecordedLogsOptions) {
    this.#options = options;
    this.#logs = this.#logsOf(this.#read);
  }

  /** Since when the logs are followed, milliseconds since 1970. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  get #read(): readonly ProftpdLog[] {
    return [...this.#options.paths.keys()];
  }

  /** Inputs take effect at once; otherwise they wait in the journal. */
  get isLive(): boolean {
    return this.#isLive;
  }

  /** The journal takes more. */
  get hasRoom(): boolean {
    return this.#options.journal.byteLength < this.#options.maxBytes;
  }

  get awaitsTick(): boolean {
    return this.#logs.awaitsTick;
  }

  get positions(): FilePositions {
    return this.#positions;
  }

  starves(log: ProftpdLog): boolean {
    return this.#logs.starves(log);
  }

  openSessions(): Iterable<OpenSession> {
    return this.#logs.openSessions();
  }

  /**
   * Goes through what the process before this one left, and becomes live, if the log takes it.
   * @returns the logs that it read, under the paths that they have now
   */
  async start(): Promise<readonly ProftpdLog[]> {
    const left = this.#options.journal.head as State | undefined;
    if (left === undefined) await this.#options.journal.begin(this.#state());
    await this.#replay();
    return left?.read.filter((log) => left.paths.get(log) === this.#options.paths.get(log)) ?? [];
  }

  take(input: Input): void {
    try {
      this.#options.journal.append(input);
    } catch (error) {
      this.#options.warn(messageOf(error));
    }
    if (this.#isLive) this.#apply(input);
  }

  /** Says of sessions that nothing was logged of for a while that they are still there. */
  keepAlive(silentSinceMs: number): void {
    const { publisher, node } = this.#options;
    for (const { id: session, lastMs } of this.#logs.openSessions()) {
      if (lastMs < silentSinceMs && !this.#hasFailed) publisher.add({ kind: 'keepAlive', node, session }, this.#receipt);
    }
  }

  /** To be called often: lets go what is durable, and sends again what was not taken. @throws what the journal's disk says */
  async tend(): Promise<void> {
    const now = this.#options.now();
    this.#count();
    if (this.#retryAtMs !== null) {
      if (now >= this.#retryAtMs) await this.#replay();
    } else if (this.#hasFailed) {
      this.#isLive = false;
      this.#retryAtMs = now + this.#retryMs;
      this.#options.warn(`the log did not take what was read of the node's logs; it is sent again in ${this.#retryMs} ms`);
    } else if (this.#older === null && this.#isDue(now)) this.#begin();
  }

  /** The last call. Resolves when all that was read is durable, or after `withinMs`: then it is sent at the next start. */
  async close(withinMs: number): Promise<void> {
    const { journal } = this.#options;
    if (this.#isLive && this.#older === null) this.#begin();
    this.#isLive = false;
    this.#count();
    await Promise.race([this.#dropped, sleep(withinMs, undefined, { ref: false })]);
    // What is let go later finds nothing to drop.
    this.#older = null;
    journal.close();
  }

  get #hasFailed(): boolean {
    return this.#receipt.hasFailed || this.#older?.hasFailed === true;
  }

  #state(): State {
    const { paths } = this.#options;
    return { read: this.#read, paths, sinceMs: this.#sinceMs, logs: this.#logs.state, positions: this.#positions };
  }

  #logsOf(read: readonly ProftpdLog[], state?: NodeLogsState): NodeLogs {
    return new NodeLogs(read, this.#options.offset, (event) => this.#publish(event), state);
  }

  #publish(event: LoggedEvent): void {
    // Behind what was lost it would leave a hole that sending again could not fill.
    if (this.#hasFailed) return;
    this.#options.counters.events += 1;
    this.#options.publisher.add(packerEvent(this.#options.node, event), this.#receipt);
  }

  #apply(input: Input): void {
    this.#positions = withInput(this.#positions, input);
    if (input.kind === 'bytes')
      this.#logs.push(input.log, Buffer.from(input.data.buffer, input.data.byteOffset, input.data.length), input.nowMs);
    else if (input.kind === 'tick') this.#logs.tick(input.nowMs);
    else if (input.kind === 'processGone') this.#logs.processGone(input.pid, input.session);
  }

  /** From the journal's oldest state on; what comes meanwhile is appended to it and met at its end. */
  async #replay(): Promise<void> {
    const { journal, counters, now } = this.#options;
    const { read, paths, sinceMs, logs, positions } = journal.head as State;
    this.#sinceMs = sinceMs;
    this.#retryAtMs = now() + this.#retryMs;
    this.#retryMs = Math.min(2 * this.#retryMs, MAX_RETRY_MS);
    this.#receipt = new Receipt();
    this.#older = null;
    this.#positions = positions;
    this.#logs = this.#logsOf(read, logs);
    this.#logs.reopen();
    for (const input of journal.inputs()) {
      this.#apply(input);
      counters.replayed += 1;
      if (input.kind === 'bytes') await turn();
      if (this.#hasFailed) return;
    }
    this.#retryAtMs = null;
    this.#readOthers(read, paths);
    this.#isLive = true;
  }

  /** The settings may name other logs, or other files, than those that the process before this one read. */
  #readOthers(before: readonly ProftpdLog[], pathsBefore: ReadonlyMap<ProftpdLog, string>): void {
    const { paths } = this.#options;
    const read = this.#read;
    const isKept = (log: ProftpdLog) => paths.get(log) === pathsBefore.get(log);
    if (before.length === read.length && before.every(isKept)) return;
    for (const log of before) if (!read.includes(log)) this.#logs.leave(log);
    // Nothing is waited for any more that one of them would tell.
    this.#logs.tick(Number.POSITIVE_INFINITY);
    this.#positions = new Map([...this.#positions].filter(([log]) => isKept(log)));
    this.#logs = this.#logsOf(read, this.#logs.state);
    this.#begin();
  }

  #count(): void {
    const { daemonLines, unclaimedLines, orphanLines, forgottenSessions } = this.#logs.counts;
    Object.assign(this.#options.counters, { daemonLines, unclaimedLines, orphanLines, forgottenSessions });
  }

  #isDue(now: number): boolean {
    const { newestBytes } = this.#options.journal;
    if (!this.#isLive || newestBytes === 0) return false;
    return newestBytes >= SEGMENT_BYTES || now - this.#begunMs >= Math.max(SEGMENT_MS, STATE_SHARE * this.#stateMs);
  }

  /** A new file of the journal; the older ones are dropped when all that came of them is durable. */
  #begin(): void {
    const { journal, now, warn } = this.#options;
    const older = this.#receipt;
    this.#older = older;
    this.#receipt = new Receipt();
    this.#begunMs = now();
    const begun = journal.begin(this.#state()).then(
      () => true,
      (error: unknown) => {
        warn(`FF_NODE_LOGS_DIR: no file can be begun: ${messageOf(error)}`);
        return false;
      },
    );
    this.#stateMs = now() - this.#begunMs;
    this.#dropped = this.#dropAfter(older, begun);
  }

  async #dropAfter(older: Receipt, begun: Promise<boolean>): Promise<void> {
    const isDurable = await older.settled().then(
      () => true,
      () => false,
    );
    // What failed is sent again from these files: tend() sees it.
    if (!isDurable || !(await begun) || this.#older !== older) return;
    this.#options.journal.dropOlder();
    this.#older = null;
    this.#retryMs = RETRY_MS;
  }
}
