import { endingOf } from '@fleet-forensics/shared/proftpd/end-reason';
import { MessageListReader } from '@fleet-forensics/shared/wire/message-list';
import {
  decodeCriterion,
  decodeSessionContext,
  decodeSessionEnd,
  decodeSessionOpen,
  type SessionOpen,
} from '@fleet-forensics/shared/wire/node-frames';
import type { Criterion, SessionContext, SessionName } from '@fleet-forensics/shared/wire/session-event';
import type { CriterionNames } from '../../policy/criterion-names.ts';
import type { EncodedMessageEvent, EventSink } from '../../session-event.ts';
import { type LineBounds, MAX_INT32, MAX_SEQ, MAX_UINT32 } from '../event-rules/event-bounds.ts';
import { refusalOfName, refusalOfTexts } from '../event-rules/name-rule.ts';
import { badFrame, type FrameReader } from './frame-reader.ts';
import type { SocketCounters } from './socket-counters.ts';
import { signalInMessage } from './terminating-line.ts';

const NO_BYTES = Buffer.alloc(0);

const OPEN = 1;
const MESSAGE = 2;
const CONTEXT = 3;
const CRITERION = 4;
const CLOSE = 5;

/** A count modulo 2^32 that grew by this much has gone back. */
const HALF_OF_UINT32 = 2 ** 31;

export interface NodeSessionOptions {
  /** Name of the host: a connection speaks for sessions of no other. */
  readonly node: string;
  readonly bounds: LineBounds;
  readonly criteria: CriterionNames;
  readonly counters: SocketCounters;
  readonly sink: EventSink;
  /** Takes the name for this connection. @throws ForensicsError FF_SESSION_TAKEN if another one has it */
  readonly claim: (session: string) => void;
  /** Microseconds since 1970, for what no frame has a time for. */
  readonly nowUs: () => number;
}

/** One connection's frames as events of its session. */
export class NodeSession {
  readonly #options: NodeSessionOptions;
  readonly #name: SessionName;
  readonly #messages = new MessageListReader(NO_BYTES);
  /** One event for all messages: they are lent. */
  readonly #message: { -readonly [K in keyof EncodedMessageEvent]: EncodedMessageEvent[K] };
  #nextSeq: number;
  #dropped: number;
  /** All that was said of it: it is said again behind a lost record. */
  readonly #context: SessionContext = {};
  #hasLost = false;
  /** That its process said it dies of. */
  #signal: number | undefined;
  #isClosed = false;

  /**
   * Founds it on the connection's first frame.
   * @throws ForensicsError FF_BAD_FRAME, FF_BAD_RECORD if that is no OPEN, FF_SESSION_TAKEN
   */
  constructor(frame: FrameReader, options: NodeSessionOptions) {
    if (frame.kind !== OPEN) throw badFrame(`a connection that begins with a frame of kind ${frame.kind}: OPEN is expected`);
    const { session, nextSeq, context } = opened(frame);
    const refusal = refusalOfName('session', session, options.bounds.nameBytes);
    if (refusal) throw badFrame(refusal.error);
    options.claim(session);
    this.#options = options;
    this.#name = { node: options.node, session };
    this.#message = { ...this.#name, kind: 'encodedMessage', type: 0, seq: 0, list: NO_BYTES, start: 0, end: 0 };
    this.#nextSeq = nextSeq;
    this.#dropped = frame.dropped;
    // If nothing was sent so far, all numbers so far were dropped. Else others were read on another connection, and what was dropped
    // since then is a gap in the numbers.
    const isFirst = (nextSeq - 1) % (MAX_UINT32 + 1) === frame.dropped;
    if (isFirst && frame.dropped > 0) this.#drop(frame.dropped);
    if (isFirst) options.sink.add({ ...this.#name, kind: 'open', context: {}, keepAliveS: 0 });
    this.#learn(context);
  }

  /**
   * Takes the frame that the reader is at.
   * @throws ForensicsError FF_BAD_FRAME, FF_BAD_RECORD, FF_BAD_MESSAGE_LIST: the connection says nothing that can be believed
   */
  take(frame: FrameReader): void {
    const { kind } = frame;
    if (this.#isClosed) throw badFrame(`a frame of kind ${kind} behind CLOSE`);
    this.#countDropped(frame.dropped);
    if (this.#hasLost) this.#sayAgain();
    switch (kind) {
      case MESSAGE:
        return this.#takeMessage(frame);
      case OPEN:
        return this.#reopen(frame);
      case CONTEXT:
        return this.#learn(decodeSessionContext(payloadOf(frame)));
      case CRITERION:
        return this.#takeCriterion(decodeCriterion(payloadOf(frame)));
      case CLOSE:
        return this.#close(decodeSessionEnd(payloadOf(frame)));
      default:
        this.#options.counters.framesUnknown += 1;
    }
  }

  /** A record of it is lost. */
  lost(): void {
    this.#hasLost = true;
  }

  /** The connection has ended by itself: without a CLOSE that is the death of the session's process. */
  end(): void {
    if (this.#isClosed) return;
    const facts = { closed: false, wouldBeTold: true, exitReason: undefined, quits: false, daemonStopped: false };
    const { reason, criterion } = endingOf({ ...facts, signal: this.#signal });
    if (this.#hasLost) this.#sayAgain();
    this.#options.counters.untimelyDeaths += 1;
    if (criterion) this.#fire({ ...criterion, seq: 0, timeUs: this.#options.nowUs(), requestedBy: '' });
    this.#close(reason);
  }

  /** The session is another server's now. */
  #reopen(frame: FrameReader): void {
    const { session, nextSeq, context } = opened(frame);
    if (session !== this.#name.session) throw badFrame('an OPEN of another session than the one before');
    if (nextSeq < this.#nextSeq) throw badFrame(`an OPEN that goes back from number ${this.#nextSeq} to ${nextSeq}`);
    this.#nextSeq = nextSeq;
    this.#learn(context);
  }

  #countDropped(dropped: number): void {
    const growth = (dropped - this.#dropped) >>> 0;
    refuseAbove(this.#nextSeq + growth);
    if (growth === 0) return;
    if (growth >= HALF_OF_UINT32) throw badFrame(`a count of ${dropped} dropped messages behind one of ${this.#dropped}`);
    this.#dropped = dropped;
    this.#nextSeq += growth;
    this.#drop(growth);
  }

  #drop(count: number): void {
    this.#options.counters.droppedAtSource += count;
    this.#options.sink.add({ ...this.#name, kind: 'dropped', count });
  }

  /** Checks a message's bytes; they are packed as they are. A refused one's number is missing in the session's block. */
  #takeMessage({ bytes, start, end }: FrameReader): void {
    const { counters, bounds, sink } = this.#options;
    const messages = this.#messages;
    messages.reset(bytes, start, end);
    if (!messages.next() || messages.position !== end) throw badFrame('a MESSAGE that is not one message');
    if (!messages.isWhole) throw badFrame('a message without its whole time or its PID');
    const { type, level, pid, textStart, textEnd } = messages;
    if (level < -1 || level > MAX_INT32) throw badFrame(`a message of level ${level}`);
    if (pid > MAX_UINT32) throw badFrame(`a message of PID ${pid}`);
    const seq = this.#nextSeq++;
    if (textEnd - textStart > bounds.messageBytes) {
      counters.framesRefused += 1;
      return;
    }
    this.#signal = signalInMessage(type, bytes, textStart, textEnd) ?? this.#signal;
    const event = this.#message;
    event.type = type;
    event.seq = seq;
    event.list = bytes;
    event.start = start;
    event.end = end;
    counters.messages += 1;
    sink.add(event);
  }

  #learn(context: SessionContext): void {
    if (refusalOfTexts(context, this.#options.bounds.nameBytes)) {
      this.#options.counters.framesRefused += 1;
      return;
    }
    Object.assign(this.#context, context);
    this.#options.sink.add({ ...this.#name, kind: 'context', context });
  }

  #takeCriterion(criterion: Criterion): void {
    const name = this.#options.criteria.resolve(criterion.name);
    if (name !== undefined) return this.#fire({ ...criterion, name, requestedBy: '' });
    this.#nextSeq += 1;
    this.#options.counters.framesRefused += 1;
  }

  #fire(criterion: Criterion): void {
    this.#options.sink.add({ ...this.#name, kind: 'criterion', criterion: { ...criterion, seq: this.#nextSeq++ } });
  }

  #close(reason: string): void {
    const isName = refusalOfName('reason', reason, this.#options.bounds.nameBytes) === null;
    if (!isName && reason !== '') this.#options.counters.framesRefused += 1;
    this.#options.sink.add({ ...this.#name, kind: 'end', reason: isName ? reason : 'unknown' });
    this.#isClosed = true;
  }

  #sayAgain(): void {
    this.#hasLost = false;
    this.#options.sink.add({ ...this.#name, kind: 'context', context: { ...this.#context } });
  }
}

function opened(frame: FrameReader): SessionOpen {
  const open = decodeSessionOpen(payloadOf(frame));
  if (open.nextSeq === 0) throw badFrame('an OPEN whose next number is 0: they begin at 1');
  refuseAbove(open.nextSeq);
  return open;
}

function refuseAbove(nextSeq: number): void {
  if (nextSeq > MAX_SEQ) throw badFrame(`a next number of ${nextSeq}: it is over ${MAX_SEQ}`);
}

function payloadOf({ bytes, start, end }: FrameReader): Buffer {
  return bytes.subarray(start, end);
}
