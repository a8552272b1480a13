import { MAX_MESSAGE_BYTES } from '../wire/limits.ts';
import { LogType } from '../wire/log-type.ts';
import { EntryReader, type ReaderState } from './entry-reader.ts';
import { parseExtendedLine } from './extended-line.ts';
import { type LinePiece, LineSplitter, type SplitterState } from './line-splitter.ts';
import { logClock, type UtcOffset } from './log-clock.ts';
import type { LineParser, ProftpdLog } from './log-entry.ts';
import { type AssemblyCounts, type AssemblyState, type OpenSession, SessionAssembly } from './session-assembly.ts';
import type { SessionEvent } from './session-event.ts';
import { parseSystemLine } from './system-line.ts';
import { type MergeState, TimeMerge } from './time-merge.ts';
import { parseTraceLine } from './trace-line.ts';
import { parseTransferLine } from './transfer-line.ts';

const PARSERS: Readonly<Record<ProftpdLog, LineParser>> = {
  [LogType.SystemLog]: parseSystemLine,
  [LogType.TraceLog]: parseTraceLine,
  [LogType.ExtendedLog]: parseExtendedLine,
  [LogType.TransferLog]: parseTransferLine,
};

export interface NodeCounts extends AssemblyCounts {
  /** Lines read, those of a long line's pieces counted each. */
  readonly lines: number;
  /** Lines at a log's beginning that go on with a message before it. */
  readonly orphanLines: number;
}

/**
 * Milliseconds for which a live log's messages are held, so that those of other logs find their place among them, and for which
 * it has to be silent until its last message counts as whole.
 */
export const HOLD_BACK_MS = 250;

/** Everything that is held of a node's logs, as plain data: {@link NodeLogs} of it go on as if they had never stopped. */
export interface NodeLogsState {
  readonly sources: ReadonlyMap<ProftpdLog, SourceState>;
  readonly merge: MergeState;
  readonly assembly: AssemblyState;
  readonly lines: number;
}

interface SourceState {
  readonly splitter: SplitterState;
  readonly reader: ReaderState;
  readonly pushedMs: number;
}

interface Source {
  readonly splitter: LineSplitter;
  readonly reader: EntryReader;
  /** When its last bytes came, milliseconds since 1970. */
  pushedMs: number;
}

/**
 * The logs of one ProFTPD node: bytes in, session events out.
 *
 * Files are read in any pace, and finished; {@link starving} says which one to read next so that nothing is held longer than
 * needed. Live logs are never finished: {@link tick} tells them the time, {@link processGone} what no log tells. What comes out
 * depends on these calls alone: the same calls give the same events with the same numbers.
 */
export class NodeLogs {
  readonly #sources = new Map<ProftpdLog, Source>();
  readonly #merge: TimeMerge;
  readonly #assembly: SessionAssembly;
  #lines: number;

  /**
   * @param logs those that will be pushed
   * @param state of NodeLogs that these continue; logs that are not among `logs` have been finished
   */
  constructor(logs: readonly ProftpdLog[], offset: UtcOffset, emit: (event: SessionEvent) => void, state?: NodeLogsState) {
    for (const log of logs) {
      const held = state?.sources.get(log);
      const reader = new EntryReader(PARSERS[log], logClock(offset), held?.reader);
      const splitter = new LineSplitter(MAX_MESSAGE_BYTES, held?.splitter);
      this.#sources.set(log, { reader, splitter, pushedMs: held?.pushedMs ?? 0 });
    }
    this.#merge = new TimeMerge(logs, state?.merge);
    this.#assembly = new SessionAssembly(logs, emit, state?.assembly);
    this.#lines = state?.lines ?? 0;
  }

  get counts(): NodeCounts {
    let orphanLines = 0;
    for (const { reader } of this.#sources.values()) orphanLines += reader.orphans;
    return { ...this.#assembly.counts, lines: this.#lines, orphanLines };
  }

  /** To be serialised at once: it changes with the next call. */
  get state(): NodeLogsState {
    const sources = new Map<ProftpdLog, SourceState>();
    for (const [log, { splitter, reader, pushedMs }] of this.#sources) {
      sources.set(log, { splitter: splitter.state, reader: reader.state, pushedMs });
    }
    return { sources, merge: this.#merge.state, assembly: this.#assembly.state, lines: this.#lines };
  }

  /** The log that is needed next; undefined: all are at their end. */
  get starving(): ProftpdLog | undefined {
    return this.#merge.starving;
  }

  /** The log's next message is needed before anything can be released. */
  starves(log: ProftpdLog): boolean {
    return this.#merge.starves(log);
  }

  /** A tick would change something: without one, what is held stays held. */
  get awaitsTick(): boolean {
    if (!this.#merge.isEmpty || this.#assembly.awaitsTime) return true;
    return [...this.#sources.values()].some(({ reader }) => reader.holdsMessage);
  }

  openSessions(): Iterable<OpenSession> {
    return this.#assembly.openSessions();
  }

  /** @param nowMs for live logs: milliseconds since 1970, never going back */
  push(log: ProftpdLog, chunk: Buffer, nowMs?: number): void {
    const source = this.#source(log);
    if (nowMs !== undefined) source.pushedMs = nowMs;
    this.#read(log, source.splitter.push(chunk), nowMs);
  }

  /** For live logs, all of which have been pushed as far as they were written at `nowMs`, on the clock of {@link push}. */
  tick(nowMs: number): void {
    const untilMs = nowMs - HOLD_BACK_MS;
    for (const [log, { reader, pushedMs }] of this.#sources) {
      const last = pushedMs <= untilMs ? reader.finish() : null;
      if (last) this.#merge.push(log, last, pushedMs);
    }
    this.#release(untilMs);
    this.#assembly.passTime(untilMs);
  }

  /** The process of this session is gone, and what it wrote has been pushed and ticked through. */
  processGone(pid: number, session: string): void {
    this.#assembly.processGone(pid, session);
  }

  /** Says of every session that it is open, for a reader that may not know. */
  reopen(): void {
    this.#assembly.reopen();
  }

  /** The log is at its end. Behind the last one, sessions without an end are dead. */
  finish(log: ProftpdLog): void {
    this.leave(log);
    if (this.#merge.starving === undefined) this.#assembly.finish();
  }

  /** The log is not read any more; sessions go on. */
  leave(log: ProftpdLog): void {
    const { splitter, reader } = this.#source(log);
    this.#read(log, splitter.finish());
    const last = reader.finish();
    if (last) this.#merge.push(log, last);
    this.#merge.finish(log);
    this.#release();
  }

  #release(untilMs?: number): void {
    for (const placed of this.#merge.release(untilMs)) this.#assembly.push(placed);
  }

  #read(log: ProftpdLog, pieces: Iterable<LinePiece>, nowMs?: number): void {
    const { reader } = this.#source(log);
    for (const piece of pieces) {
      this.#lines += 1;
      const complete = reader.push(piece);
      if (complete) this.#merge.push(log, complete, nowMs);
    }
    this.#release();
  }

  #source(log: ProftpdLog): Source {
    return this.#sources.get(log)!;
  }
}
