import type { CheckpointPart } from './checkpoint.ts';
import type { LogType } from './log-type.ts';

/*
 * The wire format's messages as the project's own types: no nulls, absent means not known. codec.ts turns them into bytes;
 * forensics.proto says what each field means.
 */

/** What is known about a session; a later event's fields replace those of an earlier one. */
export interface SessionContext {
  clientAddress?: string;
  serverAddress?: string;
  protocol?: string;
  user?: string;
  attemptedUser?: string;
  uid?: number;
  gid?: number;
  uniqueId?: string;
  serverName?: string;
  elapsedMs?: number;
  rawBytesIn?: number;
  rawBytesOut?: number;
  totalBytesIn?: number;
  totalBytesOut?: number;
  totalFilesIn?: number;
  totalFilesOut?: number;
}

/** Text fields of a context, with the bound MAX_NAME_BYTES. */
export const CONTEXT_TEXTS = [
  'clientAddress',
  'serverAddress',
  'protocol',
  'user',
  'attemptedUser',
  'uniqueId',
  'serverName',
] as const satisfies readonly (keyof SessionContext)[];

/** Numeric fields of a context: integers from 0; uid and gid up to 2^32-1, the others up to 2^53-1. */
export const CONTEXT_NUMBERS = [
  'uid',
  'gid',
  'elapsedMs',
  'rawBytesIn',
  'rawBytesOut',
  'totalBytesIn',
  'totalBytesOut',
  'totalFilesIn',
  'totalFilesOut',
] as const satisfies readonly (keyof SessionContext)[];

/** What is kept and filed of a session: resolved at ingest, travels with the records. */
export interface Policy {
  /** Messages in the ring, 1 … MAX_RING_MESSAGES. */
  readonly bufferSize: number;
  /** Encoded message bytes in the ring. */
  readonly bufferBytes: number;
  /** Canonical names, e.g. `FailedLogin`. */
  readonly criteria: readonly string[];
  /** Empty: all. */
  readonly capture: readonly LogType[];
  /** Absolute path below the writer's root; empty: nothing is filed. */
  readonly file: string;
  /** Block formats, e.g. `extended`; empty: `extended`. */
  readonly formats: readonly string[];
  /** The server config it came from. A policy of another name resets the ring, as HOST does upstream. */
  readonly name: string;
  readonly version: number;
}

export interface Criterion {
  readonly name: string;
  /** From the session's numbering; 0 = none. */
  readonly seq: number;
  /** Microseconds since 1970; 0 = not known. */
  readonly timeUs: number;
  readonly detail: string;
  readonly requestedBy: string;
  /** W3C trace context of the span in which ingest took it, 55 bytes. */
  readonly traceparent?: string;
}

export interface SessionName {
  /** Host that runs the FTP server. */
  readonly node: string;
  /** Unique on the node for ever. */
  readonly session: string;
}

/** One record of a session, in the order in which its parts count: messages, criterion, end. */
export interface SessionBatch extends SessionName {
  /** Of the first message; the others follow without a hole. 0 = no order but the log's. */
  readonly firstSeq: number;
  readonly messageCount: number;
  /** A serialized MessageList. */
  readonly messages: Uint8Array;
  readonly open: boolean;
  /** The promise that holds from this record on: seconds; 0 = none. */
  readonly keepAliveS: number;
  readonly keepAlive: boolean;
  /** Messages the source lost before this batch, by its own count. */
  readonly dropped: number;
  /** Sequence numbers before this batch that the policy does not capture. */
  readonly notCaptured: number;
  readonly context?: SessionContext;
  readonly policy?: Policy;
  readonly criterion?: Criterion;
  readonly end?: { readonly reason: string };
}

/** Time, and what is decided at it, written to the log by a partition's owner. */
export interface Tick {
  /** Seconds; 0 = never. */
  readonly idleS: number;
  /** Sessions whose last record lies below this offset are dropped. */
  readonly dropBefore: number;
}

/** A record of forensic.session-events. */
export type SessionRecord =
  | { readonly kind: 'batch'; readonly batch: SessionBatch }
  | { readonly kind: 'tick'; readonly tick: Tick }
  | { readonly kind: 'checkpoint'; readonly part: CheckpointPart };

/** What became of a session's messages since its previous block. */
export interface Ledger {
  /** Of the messages received; 0 = the publisher gives no order. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly received: number;
  readonly evicted: number;
  readonly missing: number;
  readonly repeated: number;
  readonly droppedAtSource: number;
  /** In the session's whole life. */
  readonly criteriaFired: number;
}
