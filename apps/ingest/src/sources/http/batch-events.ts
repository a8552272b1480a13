import { hasCode } from '@fleet-forensics/shared/error';
import { decodeBatch, splitBatchList } from '@fleet-forensics/shared/wire/codec';
import { protobuf } from '@fleet-forensics/shared/wire/plain-numbers';
import { MessageListReader } from '@fleet-forensics/shared/wire/message-list';
import type { Criterion, SessionBatch } from '@fleet-forensics/shared/wire/session-event';
import type { CriterionNames } from '../../policy/criterion-names.ts';
import type { EventSink } from '../../session-event.ts';
import { refusalOfCriterion } from '../event-rules/criterion-rule.ts';
import { type LineBounds, MAX_INT32, MAX_KEEP_ALIVE_S, MAX_UINT32 } from '../event-rules/event-bounds.ts';
import type { EventItems } from './event-items.ts';
import { refusalOfName, refusalOfTexts } from '../event-rules/name-rule.ts';
import type { Refusal } from '../event-rules/refusal.ts';

/** `SessionBatch.checkpoint` of forensics.proto. */
const CHECKPOINT_FIELD = 12;

/** The batches of a protobuf list: each is taken or refused as a whole, and packed anew. */
export class BatchEvents implements EventItems {
  line = -1;
  refusal: Refusal | null = null;
  readonly #batches: Iterator<Uint8Array>;
  readonly #bounds: LineBounds;
  readonly #criteria: CriterionNames;
  #batch: SessionBatch | null = null;

  constructor(body: Buffer, bounds: LineBounds, criteria: CriterionNames) {
    this.#batches = splitBatchList(body);
    this.#bounds = bounds;
    this.#criteria = criteria;
  }

  get node(): string {
    return this.#batch?.node ?? '';
  }

  next(): boolean {
    this.#batch = null;
    this.refusal = null;
    this.line += 1;
    try {
      // A list that can't be split any further throws, and has ended with that.
      const { value, done } = this.#batches.next();
      if (done) return false;
      this.#take(value);
    } catch (error) {
      if (!hasCode(error, 'FF_BAD_RECORD') && !hasCode(error, 'FF_BAD_MESSAGE_LIST')) throw error;
      this.refusal = { code: 'bad_record', error: error.message };
    }
    return true;
  }

  deliver(sink: EventSink): boolean {
    const batch = this.#batch;
    if (batch === null) return true;
    const { node, session, context, criterion, end } = batch;
    if (batch.dropped > 0) sink.add({ kind: 'dropped', node, session, count: batch.dropped });
    if (batch.open) sink.add({ kind: 'open', node, session, context: context ?? {}, keepAliveS: batch.keepAliveS });
    else if (context) sink.add({ kind: 'context', node, session, context });
    // Every record keeps its session alive; and where the criterion is refused, nothing of its batch is taken.
    if (batch.keepAlive && !criterion) sink.add({ kind: 'keepAlive', node, session });
    deliverMessages(batch, sink);
    if (criterion) {
      const name = this.#criteria.resolve(criterion.name) ?? criterion.name;
      if (!sink.add({ kind: 'criterion', node, session, criterion: { ...criterion, name } })) return false;
    }
    if (end) sink.add({ kind: 'end', node, session, reason: end.reason });
    return true;
  }

  /** @throws ForensicsError FF_BAD_RECORD, FF_BAD_MESSAGE_LIST if it does not parse */
  #take(bytes: Uint8Array): void {
    if (holdsCheckpoint(bytes)) {
      this.refusal = { code: 'not_allowed', error: 'checkpoint: is written by the buffer and not taken from publishers' };
      return;
    }
    const batch = decodeBatch(bytes);
    this.refusal = this.#refusalOf(batch) ?? this.#refusalOfMessages(batch);
    this.#batch = batch;
  }

  #refusalOf(batch: SessionBatch): Refusal | null {
    const { nameBytes } = this.#bounds;
    if (batch.policy) return { code: 'not_allowed', error: 'policy: is stamped here and not taken from publishers' };
    if (batch.notCaptured > 0)
      return { code: 'not_allowed', error: 'not_captured: is counted here and not taken from publishers' };
    if (isEmpty(batch)) return { code: 'missing_key', error: 'session batch: holds nothing' };
    if (batch.keepAliveS > 0 && !batch.open) return { code: 'unexpected_key', error: 'keep_alive_s: goes with open only' };
    if (batch.keepAliveS > MAX_KEEP_ALIVE_S) return outOfRange('keep_alive_s', batch.keepAliveS, `0 to ${MAX_KEEP_ALIVE_S}`);
    return (
      refusalOfName('node', batch.node, nameBytes) ??
      refusalOfName('session', batch.session, nameBytes) ??
      (batch.end ? refusalOfName('end.reason', batch.end.reason, nameBytes) : null) ??
      (batch.criterion ? this.#refusalOfCriterion(batch.criterion, lastSeqOf(batch)) : null) ??
      refusalOfTexts(batch.context ?? {}, nameBytes)
    );
  }

  #refusalOfCriterion({ name, seq, requestedBy }: Criterion, lastSeq: number): Refusal | null {
    const unknown = refusalOfCriterion('criterion.name', name, this.#criteria);
    if (unknown) return unknown;
    if (seq > 0 && seq <= lastSeq) {
      const error = `criterion.seq: ${seq} is not above ${lastSeq}, that of the last message: messages and criteria share one numbering`;
      return { code: 'seq_not_above', error };
    }
    return requestedBy === '' ? null : refusalOfName('criterion.requested_by', requestedBy, this.#bounds.nameBytes);
  }

  /** @throws ForensicsError FF_BAD_MESSAGE_LIST if the list does not parse */
  #refusalOfMessages({ messages, messageCount, firstSeq }: SessionBatch): Refusal | null {
    const { messageBytes } = this.#bounds;
    if (firstSeq + messageCount > Number.MAX_SAFE_INTEGER) return outOfRange('first_seq', firstSeq, 'less');
    const reader = new MessageListReader(messages);
    let count = 0;
    while (reader.next()) {
      count += 1;
      const byteLength = reader.textEnd - reader.textStart;
      if (reader.level < -1 || reader.level > MAX_INT32) return outOfRange('level', reader.level, `-1 to ${MAX_INT32}`);
      if (reader.pid > MAX_UINT32) return outOfRange('pid', reader.pid, `0 to ${MAX_UINT32}`);
      if (byteLength > messageBytes) {
        return { code: 'message_too_long', error: `text: has ${byteLength} bytes: at most ${messageBytes} are expected` };
      }
    }
    if (count === messageCount) return null;
    return { code: 'bad_record', error: `message_count: says ${messageCount}, but messages holds ${count}` };
  }
}

/** Of the batch's last message; 0 = none. */
function lastSeqOf({ firstSeq, messageCount }: SessionBatch): number {
  return firstSeq > 0 && messageCount > 0 ? firstSeq + messageCount - 1 : 0;
}

/** False for bytes that do not parse: the codec says why. */
function holdsCheckpoint(bytes: Uint8Array): boolean {
  const reader = protobuf.Reader.create(bytes);
  try {
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag >>> 3 === CHECKPOINT_FIELD) return true;
      reader.skipType(tag & 7);
    }
  } catch {
    return false;
  }
  return false;
}

function isEmpty({ open, messageCount, messages, context, criterion, end, keepAlive, dropped }: SessionBatch): boolean {
  return !open && messageCount === 0 && messages.length === 0 && !context && !criterion && !end && !keepAlive && dropped === 0;
}

function outOfRange(key: string, value: number, range: string): Refusal {
  return { code: 'number_out_of_range', error: `${key}: ${value} is out of range: ${range} is expected` };
}

function deliverMessages({ node, session, messages, firstSeq }: SessionBatch, sink: EventSink): void {
  const reader = new MessageListReader(messages);
  for (let seq = firstSeq; reader.next(); seq += firstSeq > 0 ? 1 : 0) {
    const { type, level, timeUs, pid, textStart, textEnd } = reader;
    sink.add({ kind: 'message', node, session, type, level, timeUs, pid, seq, text: messages, start: textStart, end: textEnd });
  }
}
