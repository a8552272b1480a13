import type { Criterion, Ledger, SessionContext } from './session-event.ts';

/** Everything of a forensic block but its messages. */
export interface BlockHeader {
  readonly node: string;
  readonly session: string;
  readonly criterion: Criterion;
  readonly context: SessionContext;
  /** Absolute path below the writer's root, as the policy names it. */
  readonly file: string;
  /** Block formats; empty: `extended`. */
  readonly formats: readonly string[];
  readonly ledger: Ledger;
  readonly sourceTopic: string;
  readonly sourcePartition: number;
  readonly sourceOffset: number;
  /** Messages of the block, after `skip`. */
  readonly messageCount: number;
  /** Messages at the start of the block's list that are not part of it any more. */
  readonly skip: number;
  /** W3C trace context of the span in which the buffer published it, 55 bytes. */
  readonly traceparent?: string;
}

/** A record of forensic.blocks. */
export interface BlockPart {
  /** 16 bytes. */
  readonly blockId: Uint8Array;
  /** From 0. */
  readonly part: number;
  readonly parts: number;
  /** In part 0 only. */
  readonly header?: BlockHeader;
  /** A piece of the block's MessageList, cut between messages. */
  readonly messages: Uint8Array;
}

/** A record of forensic.filings: a block is in its file, for good. */
export interface Filing {
  /** 16 bytes. */
  readonly blockId: Uint8Array;
  readonly node: string;
  readonly session: string;
  readonly criterion: string;
  readonly file: string;
  /** Bytes from the file's start. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
  /** Of the block's bytes in the file. */
  readonly sha256: Uint8Array;
  /** SHA-256 over the file's previous link and `sha256`. */
  readonly chain: Uint8Array;
  readonly filedAtUs: number;
  /** Which file of that name: 1 for the first, one more with each file that takes the name after it. 0: not known. */
  readonly generation: number;
}

/** A record of forensic.dead-letters: one that could not be used, as it was. */
export interface DeadLetter {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** A stable code, a colon and a message. */
  readonly error: string;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}
