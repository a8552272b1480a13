import { protobuf } from './plain-numbers.ts';
import { ForensicsError } from '../error.ts';
import type { BlockHeader, BlockPart, DeadLetter, Filing } from './block.ts';
import { fleet_forensics } from './gen/forensics.js';
import {
  MAX_BATCH_MESSAGES,
  MAX_BLOCK_PARTS,
  MAX_CRITERIA,
  MAX_DETAIL_BYTES,
  MAX_FORMATS,
  MAX_NAME_BYTES,
  MAX_PATH_BYTES,
  MAX_RECORD_BYTES,
  MAX_RING_BYTES,
  MAX_RING_MESSAGES,
} from './limits.ts';
import {
  CONTEXT_NUMBERS,
  CONTEXT_TEXTS,
  type Criterion,
  type Ledger,
  type Policy,
  type SessionBatch,
  type SessionContext,
  type SessionRecord,
  type Tick,
} from './session-event.ts';

const v1 = fleet_forensics.v1;

const NO_BYTES: Uint8Array = Buffer.alloc(0);

/** @throws ForensicsError FF_RECORD_TOO_LARGE over MAX_RECORD_BYTES */
export function encodeBatch(batch: SessionBatch): Buffer {
  return bounded(v1.Record.encode({ batch } as fleet_forensics.v1.Record.$Properties).finish(), 'session batch');
}

export function encodeTick(tick: Tick): Buffer {
  return finished(v1.Record.encode({ tick }).finish());
}

/** @throws ForensicsError FF_RECORD_TOO_LARGE over MAX_RECORD_BYTES */
export function encodeBlockPart(part: BlockPart): Buffer {
  return bounded(v1.BlockPart.encode(part as fleet_forensics.v1.BlockPart.$Properties).finish(), 'block part');
}

export function encodeFiling(filing: Filing): Buffer {
  return finished(v1.Filing.encode(filing).finish());
}

export function encodeDeadLetter(letter: DeadLetter): Buffer {
  return finished(v1.DeadLetter.encode(letter).finish());
}

/**
 * A record of forensic.session-events. `batch.messages` shares the memory of `bytes`.
 * @throws ForensicsError FF_BAD_RECORD if it does not parse, is of an unknown kind, or exceeds a bound of limits.ts
 */
export function decodeSessionRecord(bytes: Uint8Array): SessionRecord {
  const record = parsed('session event', bytes, v1.Record);
  if (record.batch) return { kind: 'batch', batch: toBatch(record.batch) };
  if (record.tick) return { kind: 'tick', tick: toTick(record.tick) };
  throw bad('session event', 'is of a kind that this version does not know');
}

/** @throws ForensicsError FF_BAD_RECORD as {@link decodeSessionRecord} */
export function decodeBlockPart(bytes: Uint8Array): BlockPart {
  const { blockId, part, parts, header, messages } = parsed('block part', bytes, v1.BlockPart);
  if (blockId?.length !== 16) throw bad('block part', 'has no block id of 16 bytes');
  if (!parts || parts > MAX_BLOCK_PARTS || part >= parts) throw bad('block part', `is part ${part} of ${parts}`);
  if ((part === 0) !== Boolean(header)) throw bad('block part', 'has its header in another part than the first');
  return { blockId, part: part, parts, messages: messages ?? NO_BYTES, ...(header && { header: toHeader(header) }) };
}

/** @throws ForensicsError FF_BAD_RECORD as {@link decodeSessionRecord} */
export function decodeFiling(bytes: Uint8Array): Filing {
  const filing = parsed('filing', bytes, v1.Filing);
  return {
    blockId: filing.blockId ?? NO_BYTES,
    node: filing.node,
    session: filing.session,
    criterion: filing.criterion,
    file: filing.file,
    offset: safe('filing', filing.offset),
    length: safe('filing', filing.length),
    sha256: filing.sha256 ?? NO_BYTES,
    chain: filing.chain ?? NO_BYTES,
    filedAtUs: safe('filing', filing.filedAtUs),
  };
}

/** @throws ForensicsError FF_BAD_RECORD as {@link decodeSessionRecord} */
export function decodeDeadLetter(bytes: Uint8Array): DeadLetter {
  const letter = parsed('dead letter', bytes, v1.DeadLetter);
  return {
    topic: letter.topic,
    partition: letter.partition,
    offset: safe('dead letter', letter.offset),
    error: letter.error,
    key: letter.key ?? NO_BYTES,
    value: letter.value ?? NO_BYTES,
  };
}

/**
 * The batches of a published list (POST /v1/events, application/x-protobuf: `repeated SessionBatch batches = 1`), each decoded on
 * its own so that a bad one does not cost its neighbours.
 * @throws ForensicsError FF_BAD_RECORD if the list itself does not parse
 */
export function* splitBatchList(bytes: Uint8Array): Generator<Uint8Array> {
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    let batch: Uint8Array;
    try {
      if (reader.uint32() !== 0x0a) throw new Error('not a batch');
      batch = reader.bytes();
    } catch (cause) {
      throw bad('batch list', `does not parse at byte ${reader.pos}`, cause);
    }
    yield batch;
  }
}

/** @throws ForensicsError FF_BAD_RECORD as {@link decodeSessionRecord} */
export function decodeBatch(bytes: Uint8Array): SessionBatch {
  return toBatch(parsed('session batch', bytes, v1.SessionBatch));
}

interface Decodable<T> {
  decode(reader: Uint8Array): T;
}

function parsed<T>(what: string, bytes: Uint8Array, type: Decodable<T>): T {
  if (bytes.length > MAX_RECORD_BYTES) throw bad(what, `has ${bytes.length} bytes, over ${MAX_RECORD_BYTES}`);
  try {
    return type.decode(bytes);
  } catch (cause) {
    throw bad(what, 'does not parse', cause);
  }
}

type Properties<T> = { [K in keyof T]?: T[K] | null };

function toBatch(wire: fleet_forensics.v1.SessionBatch.$Properties): SessionBatch {
  const messageCount = wire.messageCount!;
  if (!wire.node || !wire.session) throw bad('session batch', 'names no node or no session');
  if (wire.node.includes('\0') || wire.session.includes('\0')) throw bad('session batch', 'has a NUL in its node or session');
  if (messageCount > MAX_BATCH_MESSAGES) throw bad('session batch', `has ${messageCount} messages, over ${MAX_BATCH_MESSAGES}`);
  if (wire.checkpoint) throw bad('session batch', 'is a checkpoint, which this version does not know');
  const batch: { -readonly [K in keyof SessionBatch]: SessionBatch[K] } = {
    node: name('node', wire.node),
    session: name('session', wire.session),
    firstSeq: safe('session batch', wire.firstSeq!),
    messageCount,
    messages: wire.messages ?? NO_BYTES,
    open: wire.open!,
    keepAliveS: wire.keepAliveS!,
    keepAlive: wire.keepAlive!,
    dropped: wire.dropped!,
    notCaptured: wire.notCaptured!,
  };
  if (wire.context) batch.context = toContext(wire.context);
  if (wire.policy) batch.policy = toPolicy(wire.policy);
  if (wire.criterion) batch.criterion = toCriterion(wire.criterion);
  if (wire.end) batch.end = { reason: name('end reason', wire.end.reason!) };
  return batch;
}

function toTick(wire: fleet_forensics.v1.Tick.$Properties): Tick {
  return { idleS: wire.idleS!, maxSessions: wire.maxSessions! };
}

function toContext(wire: Properties<SessionContext>): SessionContext {
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

function toPolicy(wire: fleet_forensics.v1.Policy.$Properties): Policy {
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

function toCriterion(wire: fleet_forensics.v1.Criterion.$Properties): Criterion {
  return {
    name: name('criterion', wire.name!),
    seq: safe('criterion', wire.seq!),
    timeUs: safe('criterion', wire.timeUs!),
    detail: text('detail', wire.detail!, MAX_DETAIL_BYTES),
    requestedBy: name('requested_by', wire.requestedBy!),
  };
}

function toLedger(wire: Properties<Ledger>): Ledger {
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

function toHeader(wire: fleet_forensics.v1.BlockHeader.$Properties): BlockHeader {
  if (!wire.criterion) throw bad('block part', 'names no criterion');
  return {
    node: name('node', wire.node!),
    session: name('session', wire.session!),
    criterion: toCriterion(wire.criterion),
    context: toContext(wire.context ?? {}),
    file: text('file', wire.file!, MAX_PATH_BYTES),
    formats: (wire.formats ?? []).map((value) => name('format', value)),
    ledger: toLedger(wire.ledger ?? {}),
    sourceTopic: name('source topic', wire.sourceTopic!),
    sourcePartition: wire.sourcePartition!,
    sourceOffset: safe('block part', wire.sourceOffset!),
    messageCount: wire.messageCount!,
    skip: wire.skip!,
  };
}

function name(what: string, value: string): string {
  return text(what, value, MAX_NAME_BYTES);
}

function text(what: string, value: string, maxBytes: number): string {
  // A UTF-16 unit takes at most three bytes of UTF-8.
  if (value.length * 3 > maxBytes && Buffer.byteLength(value) > maxBytes) throw bad(what, `is longer than ${maxBytes} bytes`);
  return value;
}

function safe(what: string, value: number): number {
  if (!Number.isSafeInteger(value)) throw bad(what, 'holds a number over 2^53');
  return value;
}

function bad(what: string, why: string, cause?: unknown): ForensicsError {
  return new ForensicsError('FF_BAD_RECORD', `${what} ${why}`, { cause });
}

function finished(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function bounded(bytes: Uint8Array, what: string): Buffer {
  if (bytes.length > MAX_RECORD_BYTES) {
    throw new ForensicsError('FF_RECORD_TOO_LARGE', `${what} has ${bytes.length} bytes, over ${MAX_RECORD_BYTES}`);
  }
  return finished(bytes);
}
