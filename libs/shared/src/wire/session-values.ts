import { bad, name, safe, text } from './checked-values.ts';
import type { fleet_forensics } from './gen/forensics.js';
import { MAX_CRITERIA, MAX_DETAIL_BYTES, MAX_FORMATS, MAX_PATH_BYTES, MAX_RING_BYTES, MAX_RING_MESSAGES } from './limits.ts';
import {
  CONTEXT_NUMBERS,
  CONTEXT_TEXTS,
  type Criterion,
  type Ledger,
  type Policy,
  type SessionContext,
  type SessionName,
} from './session-event.ts';
import { recordedTraceparent } from './traceparent.ts';

/* The values that records of several kinds hold. Each throws FF_BAD_RECORD if it exceeds a bound of limits.ts. */

type Properties<T> = { [K in keyof T]?: T[K] | null };

/** Who the record is about. */
export function toSessionName({ node, session }: Properties<SessionName>): SessionName {
  if (!node || !session) throw bad('session batch', 'names no node or no session');
  if (node.includes('\0') || session.includes('\0')) throw bad('session batch', 'has a NUL in its node or session');
  return { node: name('node', node), session: name('session', session) };
}

export function toContext(wire: Properties<SessionContext>): SessionContext {
  const context: SessionContext = {};
  for (const field of CONTEXT_TEXTS) {
    const value = wire[field];
    if (value != null) context[field] = name(field, value);
  }
  for (const field of CONTEXT_NUMBERS) {
    const value = wire[field];
    if (value != null) context[field] = safe(field, value);
  }
  return context;
}

export function toPolicy(wire: fleet_forensics.v1.Policy.$Properties): Policy {
  const bufferSize = wire.bufferSize!;
  const criteria = wire.criteria ?? [];
  const formats = wire.formats ?? [];
  if (bufferSize < 1 || bufferSize > MAX_RING_MESSAGES) throw bad('policy', `has a buffer of ${bufferSize} messages`);
  if (criteria.length > MAX_CRITERIA || formats.length > MAX_FORMATS) throw bad('policy', 'names too many criteria or formats');
  return {
    bufferSize,
    bufferBytes: Math.min(safe('policy', wire.bufferBytes!) || MAX_RING_BYTES, MAX_RING_BYTES),
    criteria: criteria.map((value) => name('criterion', value)),
    capture: wire.capture ?? [],
    file: text('file', wire.file!, MAX_PATH_BYTES),
    formats: formats.map((value) => name('format', value)),
    name: name('policy', wire.name!),
    version: safe('policy', wire.version!),
  };
}

export function toCriterion(wire: fleet_forensics.v1.Criterion.$Properties): Criterion {
  const traceparent = recordedTraceparent(wire.traceparent);
  return {
    name: name('criterion', wire.name!),
    seq: safe('criterion', wire.seq!),
    timeUs: safe('criterion', wire.timeUs!),
    detail: text('detail', wire.detail!, MAX_DETAIL_BYTES),
    requestedBy: name('requested_by', wire.requestedBy!),
    ...(traceparent && { traceparent }),
  };
}

export function toLedger(wire: Properties<Ledger>): Ledger {
  return {
    firstSeq: safe('ledger', wire.firstSeq ?? 0),
    lastSeq: safe('ledger', wire.lastSeq ?? 0),
    received: safe('ledger', wire.received ?? 0),
    evicted: safe('ledger', wire.evicted ?? 0),
    missing: safe('ledger', wire.missing ?? 0),
    repeated: safe('ledger', wire.repeated ?? 0),
    droppedAtSource: safe('ledger', wire.droppedAtSource ?? 0),
    criteriaFired: wire.criteriaFired ?? 0,
  };
}
