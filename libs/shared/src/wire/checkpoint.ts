import type { Ledger, Policy, SessionContext, SessionName } from './session-event.ts';

/** Messages and bytes of one of a ring's chunks: what leaves the ring together. */
export interface ChunkSize {
  readonly count: number;
  readonly bytes: number;
}

/** A session's state, but for the bytes of its ring. */
export interface SessionState {
  readonly context: SessionContext;
  /** Absent: none was stamped yet. */
  readonly policy?: Policy;
  readonly ledger: Ledger;
  /** The highest sequence number taken; 0 = none. */
  readonly lastSeq: number;
  /** Of its last record: milliseconds since 1970, offset, and the promise made there (seconds). */
  readonly lastRecordMs: number;
  readonly lastOffset: number;
  readonly keepAliveS: number;
  /** Messages that count in the ring: the newest ones of its chunks. */
  readonly ringCount: number;
  /** Oldest first. */
  readonly chunks: readonly ChunkSize[];
}

/** A record of a session's state as of the offset `asOf`, or a part of it. */
export interface CheckpointPart extends SessionName {
  readonly asOf: number;
  /** From 0. */
  readonly part: number;
  readonly parts: number;
  /** A piece of the bytes of the ring's chunks. */
  readonly messages: Uint8Array;
  /** In part 0 only. */
  readonly state?: SessionState;
}
