import { MAX_MESSAGE_BYTES } from '../wire/limits.ts';
import { LogType } from '../wire/log-type.ts';
import { EntryReader } from './entry-reader.ts';
import { parseExtendedLine } from './extended-line.ts';
import { type LinePiece, LineSplitter } from './line-splitter.ts';
import { logClock, type UtcOffset } from './log-clock.ts';
import type { LineParser, ProftpdLog } from './log-entry.ts';
import { type AssemblyCounts, SessionAssembly } from './session-assembly.ts';
import type { SessionEvent } from './session-event.ts';
import { parseSystemLine } from './system-line.ts';
import { TimeMerge } from './time-merge.ts';
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

interface Source {
  readonly splitter: LineSplitter;
  readonly reader: EntryReader;
}

/**
 * The logs of one ProFTPD node: bytes in, session events out. Reads them in any pace; {@link starving} says which one to read
 * next so that nothing is held longer than needed.
 */
export class NodeLogs {
  readonly #sources = new Map<ProftpdLog, Source>();
  readonly #merge: TimeMerge;
  readonly #assembly: SessionAssembly;
  #lines = 0;

  /** @param logs those that will be pushed; each is finished once */
  constructor(logs: readonly ProftpdLog[], offset: UtcOffset, emit: (event: SessionEvent) => void) {
    for (const log of logs) {
      const reader = new EntryReader(PARSERS[log], logClock(offset));
      this.#sources.set(log, { reader, splitter: new LineSplitter(MAX_MESSAGE_BYTES) });
    }
    this.#merge = new TimeMerge(logs);
    this.#assembly = new SessionAssembly(logs, emit);
  }

  get counts(): NodeCounts {
    let orphanLines = 0;
    for (const { reader } of this.#sources.values()) orphanLines += reader.orphans;
    return { ...this.#assembly.counts, lines: this.#lines, orphanLines };
  }

  /** The log that is needed next; undefined: all are at their end. */
  get starving(): ProftpdLog | undefined {
    return this.#merge.starving;
  }

  push(log: ProftpdLog, chunk: Buffer): void {
    this.#read(log, this.#source(log).splitter.push(chunk));
  }

  /** The log is at its end. Behind the last one, sessions without an end are dead. */
  finish(log: ProftpdLog): void {
    const { splitter, reader } = this.#source(log);
    this.#read(log, splitter.finish());
    const last = reader.finish();
    if (last) this.#merge.push(log, last);
    this.#merge.finish(log);
    this.release();
    if (this.#merge.starving === undefined) this.#assembly.finish();
  }

  /** For live logs: does not wait for silent logs with what happened up to `untilMs` (milliseconds since 1970). */
  release(untilMs?: number): void {
    for (const placed of this.#merge.release(untilMs)) this.#assembly.push(placed);
  }

  #read(log: ProftpdLog, pieces: Iterable<LinePiece>): void {
    const { reader } = this.#source(log);
    for (const piece of pieces) {
      this.#lines += 1;
      const complete = reader.push(piece);
      if (complete) this.#merge.push(log, complete);
    }
    this.release();
  }

  #source(log: ProftpdLog): Source {
    return this.#sources.get(log)!;
  }
}
