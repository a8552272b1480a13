import { name, parsed, safe } from './checked-values.ts';
import { v1 } from './schema.ts';
import type { Criterion, SessionContext } from './session-event.ts';
import { toContext, toCriterion } from './session-values.ts';

/* Payloads of a node's frames (docs/NODE-SOCKET.md). Each throws FF_BAD_RECORD if it does not parse or exceeds a bound of limits.ts. */

/** What a connection says first, and again when its session has become another server's. */
export interface SessionOpen {
  readonly session: string;
  /** Of the message or criterion that comes next, from 1. */
  readonly nextSeq: number;
  readonly context: SessionContext;
}

export function decodeSessionOpen(bytes: Uint8Array): SessionOpen {
  const { session, nextSeq, context } = parsed('session open', bytes, v1.SessionOpen);
  return {
    session: name('session', session),
    nextSeq: safe('session open', nextSeq),
    context: toContext(context ?? {}),
  };
}

export function decodeSessionContext(bytes: Uint8Array): SessionContext {
  return toContext(parsed('session context', bytes, v1.SessionContext));
}

export function decodeCriterion(bytes: Uint8Array): Criterion {
  return toCriterion(parsed('criterion', bytes, v1.Criterion));
}

/** @returns the reason; empty: not known */
export function decodeSessionEnd(bytes: Uint8Array): string {
  return name('end reason', parsed('session end', bytes, v1.SessionEnd).reason);
}
