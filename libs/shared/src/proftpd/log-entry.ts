import { LogType } from '../wire/log-type.ts';
import type { SessionContext } from '../wire/session-event.ts';

/** ProFTPD's logs; within one millisecond their messages come in this order. */
export const PROFTPD_LOGS = [LogType.TraceLog, LogType.SystemLog, LogType.TransferLog, LogType.ExtendedLog] as const;

export type ProftpdLog = (typeof PROFTPD_LOGS)[number];

/** One message of a ProFTPD log. */
export interface LogEntry {
  readonly type: ProftpdLog;
  /** TraceLog's own level; SystemLog's where its text determines it; else 0, since no other log carries one. */
  readonly level: number;
  /** Microseconds since 1970; 0 = the line carries no time. */
  readonly timeUs: number;
  /** 0 = the line carries none. */
  readonly pid: number;
  /** The whole line as it was, without its newline. A line feed that a client planted is part of it. */
  readonly text: Buffer;
  readonly facts: LineFacts;
}

/** What a line says beyond its text; absent = nothing. */
export interface LineFacts {
  /** Only the process of a session, never the daemon itself, writes such a line. */
  readonly ofSession?: boolean;
  /** The session's beginning, as this log tells it: a second one under the same PID is another session. */
  readonly opens?: boolean;
  /** The session's end: `FTP session closed.`, EXIT, or the event core.exit. */
  readonly closes?: boolean;
  /** Seeing this line, a log proves that it would have told of the session's end, too. */
  readonly wouldTellEnd?: boolean;
  /** The daemon was told to stop. */
  readonly daemonStops?: boolean;
  readonly context?: SessionContext;
  /** The client's name, where it is not its address. */
  readonly clientName?: string;
  /** SystemLog: a login failed. */
  readonly loginFailed?: { readonly attemptedUser: string; readonly detail: string };
  /** ExtendedLog: the answer to a PASS that was refused, 5xx. */
  readonly passwordRefused?: number;
  /** ExtendedLog's `%E` at EXIT; empty: ProFTPD knew no reason, which only happens after SIGSEGV. */
  readonly exitReason?: string;
  /** A signal that ends a process. */
  readonly signal?: number;
  readonly quits?: boolean;
  /** A session does something here that a line without PID may tell of, too. */
  readonly cue?: Cue;
  /** Of a line without PID: the session that it is about. */
  readonly owner?: Owner;
}

export interface Cue {
  /** As ProFTPD shows it, e.g. `RETR a.txt`. */
  readonly command?: string;
  /** Of a file that was transferred. */
  readonly bytes?: number;
}

export interface Owner {
  /** Name or address of the client. */
  readonly client: string;
  /** Absent: not known, or not logged in. */
  readonly user?: string;
  readonly cue: Cue;
}

export const NO_FACTS: LineFacts = {};

/**
 * Reads a whole message of one log; `text` may hold line feeds of its own behind the first line.
 * Returns null if its first line has no prefix of this log.
 */
export type LineParser = (text: Buffer, clock: LogClock) => LogEntry | null;

/** Turns a local date and time into microseconds since 1970; NaN if there is no such date. */
export type LogClock = (stamp: string) => number;
