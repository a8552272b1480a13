import { recordOfBatch } from './record-bytes.ts';
import type { BlockHeader, BlockPart, DeadLetter, Filing } from './block.ts';
import { bad, bounded, finished, name, NO_BYTES, parsed, safe, text } from './checked-values.ts';
import { protobuf, v1 } from './schema.ts';
import { toCheckpointPart } from './checkpoint-codec.ts';
import type { fleet_forensics } from './gen/forensics.js';
import { MAX_BATCH_MESSAGES, MAX_BLOCK_PARTS, MAX_PATH_BYTES } from './limits.ts';
import type { SessionBatch, SessionRecord, Tick } from './session-event.ts';
import { toContext, toCriterion, toLedger, toPolicy, toSessionName } from './session-values.ts';
import { recordedTraceparent } from './traceparent.ts';

/**
 * `messages` are copied once: the generated code would copy them four times.
 * @throws ForensicsError FF_RECORD_TOO_LARGE over MAX_RECORD_BYTES
 */
export function encodeBatch({ node, session, firstSeq, messageCount, messages, ...others }: SessionBatch): Buffer {
  const head = v1.SessionBatch.encode({ node, session, firstSeq, messageCount }).finish(true);
  const tail = v1.SessionBatch.encode(others as fleet_forensics.v1.SessionBatch.$Properties).finish(true);
  return bounded(recordOfBatch(head, messages, tail), 'session batch');
}

export function encodeTick(tick: Tick): Buffer {
  return finished(v1.Record.encode({ tick }).finish());
}

/** @throws ForensicsError FF_RECORD_TOO_LARGE over MAX_RECORD_BYTES */
export function encodeBlockPart(part: BlockPart): Buffer {
  return bounded(v1.BlockPart.encode(part as fleet_forensics.v1.BlockPart.$Properties).finish(), 'block part');
}

export function encodeFiling(filing: Filing): Buffer {
  const { generation, ...first } = filing;
  return finished(v1.Filing.encode(generation === 0 ? first : filing).finish());
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
  if (record.batch?.checkpoint) return { kind: 'checkpoint', part: toCheckpointPart(record.batch, record.batch.checkpoint) };
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
    generation: filing.generation,
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

/**
 * A batch that a publisher sent.
 * @throws ForensicsError FF_BAD_RECORD as {@link decodeSessionRecord}, and for a checkpoint: it would replace a session's state
 */
export function decodeBatch(bytes: Uint8Array): SessionBatch {
  const batch = parsed('session batch', bytes, v1.SessionBatch);
  if (batch.checkpoint) throw bad('session batch', 'is a checkpoint, which only a buffer writes');
  return toBatch(batch);
}

function toBatch(wire: fleet_forensics.v1.SessionBatch.$Properties): SessionBatch {
  const messageCount = wire.messageCount!;
  if (messageCount > MAX_BATCH_MESSAGES) throw bad('session batch', `has ${messageCount} messages, over ${MAX_BATCH_MESSAGES}`);
  const batch: { -readonly [K in keyof SessionBatch]: SessionBatch[K] } = {
    ...toSessionName(wire),
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
  return { idleS: wire.idleS!, dropBefore: safe('tick', wire.dropBefore!) };
}

function toHeader(wire: fleet_forensics.v1.BlockHeader.$Properties): BlockHeader {
  if (!wire.criterion) throw bad('block part', 'names no criterion');
  const traceparent = recordedTraceparent(wire.traceparent);
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
    ...(traceparent && { traceparent }),
  };
}
