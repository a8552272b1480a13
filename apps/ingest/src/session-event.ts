import type { LogType } from '@fleet-forensics/shared/wire/log-type';
import type { Criterion, SessionContext } from '@fleet-forensics/shared/wire/session-event';

/*
 * What a source says of a session, checked: every bound of wire/limits.ts holds, names are canonical. A source yields these and
 * the packer takes them.
 */

interface OfSession {
  /** Host that runs the FTP server. */
  readonly node: string;
  /** Unique on the node for ever. */
  readonly session: string;
}

/** A log message. Its bytes are only lent: who keeps them copies them before the source goes on. */
export interface MessageEvent extends OfSession {
  readonly kind: 'message';
  readonly type: LogType;
  /** -1 … 2^31-1 */
  readonly level: number;
  /** Microseconds since 1970; 0 = not known. */
  readonly timeUs: number;
  /** 0 = not known. */
  readonly pid: number;
  /** In the session's numbering of messages and criteria, from 1; 0 = none. */
  readonly seq: number;
  /** The bytes from `start` up to `end` are the message. */
  readonly text: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/**
 * A log message as it stands in a record's list of messages: with its whole time and its PID, so that its bytes join any list. Event
 * and bytes are only lent.
 */
export interface EncodedMessageEvent extends OfSession {
  readonly kind: 'encodedMessage';
  readonly type: LogType;
  /** As {@link MessageEvent.seq}. */
  readonly seq: number;
  /** The bytes from `start` up to `end` are a serialized MessageList of this one message. */
  readonly list: Buffer;
  readonly start: number;
  readonly end: number;
}

export interface OpenEvent extends OfSession {
  readonly kind: 'open';
  readonly context: SessionContext;
  /** Seconds in which the source promises a record; 0 = no promise. */
  readonly keepAliveS: number;
}

export interface ContextEvent extends OfSession {
  readonly kind: 'context';
  readonly context: SessionContext;
}

export interface CriterionEvent extends OfSession {
  readonly kind: 'criterion';
  readonly criterion: Criterion;
}

export interface EndEvent extends OfSession {
  readonly kind: 'end';
  readonly reason: string;
}

export interface KeepAliveEvent extends OfSession {
  readonly kind: 'keepAlive';
}

/** The source lost messages, by its own count, before the one that follows. */
export interface DroppedEvent extends OfSession {
  readonly kind: 'dropped';
  /** 0 … 2^32-1 */
  readonly count: number;
}

export type AnyMessageEvent = MessageEvent | EncodedMessageEvent;

export type SessionEvent = AnyMessageEvent | OpenEvent | ContextEvent | CriterionEvent | EndEvent | KeepAliveEvent | DroppedEvent;

export function isMessage(event: SessionEvent): event is AnyMessageEvent {
  return event.kind === 'message' || event.kind === 'encodedMessage';
}

/** Takes events one by one. */
export interface EventSink {
  /** False: refused, a criterion under the number of the message before it. Nothing else is ever refused. */
  add(event: SessionEvent): boolean;
}
