import { sessionKey } from '@fleet-forensics/shared/session-key';
import { SESSION_EVENTS } from '@fleet-forensics/shared/topics';
import type { SessionState } from '@fleet-forensics/shared/wire/checkpoint';
import { MAX_RING_BYTES } from '@fleet-forensics/shared/wire/limits';
import { withoutFirst } from '@fleet-forensics/shared/wire/message-list';
import type {
  Criterion,
  Ledger,
  Policy,
  SessionBatch,
  SessionContext,
  SessionName,
  Tick,
} from '@fleet-forensics/shared/wire/session-event';
import { type Block, blockId } from './block.ts';
import { OpenLedger } from './ledger.ts';
import { Ring } from './ring.ts';

/** An operator may always ask for a live session's ring, whatever its policy names. */
const ON_DEMAND = 'OnDemand';

/** A session with the keep-alive promise is lost after this many times the promised interval. */
const KEEP_ALIVES_MISSED = 3;

/** What holds for a session until its publisher stamps a policy: its messages are kept, nothing is filed. */
const UNSTAMPED: Policy = {
  bufferSize: 1024,
  bufferBytes: MAX_RING_BYTES,
  criteria: [],
  capture: [],
  file: '',
  formats: [],
  name: '',
  version: 0,
};

/** Where in the log a record lies. */
export interface Position {
  readonly partition: number;
  readonly offset: number;
  /** Record time: the log's clock, milliseconds since 1970. */
  readonly timeMs: number;
}

/** What a tick makes of a session; `lost` is an untimely death of its node. */
export type Fate = 'live' | 'lost' | 'expired' | 'crowdedOut';

/** One session's state: a pure function of its records, in the order of the log. */
export class Session {
  readonly key: string;
  readonly name: SessionName;
  #context: SessionContext = {};
  #policy = UNSTAMPED;
  #ring = new Ring(UNSTAMPED.bufferSize, UNSTAMPED.bufferBytes);
  readonly #ledger = new OpenLedger();
  /** The highest sequence number taken; 0 = none. */
  #lastSeq = 0;
  #lastRecordMs = 0;
  #lastOffset = 0;
  #keepAliveS = 0;

  constructor({ node, session }: SessionName) {
    this.key = sessionKey(node, session);
    this.name = { node, session };
  }

  /** @param ring the bytes of its chunks; copied */
  static restored(name: SessionName, state: SessionState, ring: Uint8Array): Session {
    const session = new Session(name);
    session.#context = { ...state.context };
    session.#policy = state.policy ?? UNSTAMPED;
    const { bufferSize, bufferBytes } = session.#policy;
    session.#ring = Ring.restored(state.chunks, ring, state.ringCount, bufferSize, bufferBytes);
    Object.assign(session.#ledger, state.ledger);
    session.#lastSeq = state.lastSeq;
    session.#lastRecordMs = state.lastRecordMs;
    session.#lastOffset = state.lastOffset;
    session.#keepAliveS = state.keepAliveS;
    return session;
  }

  /** All there is to it but {@link ringBytes}. */
  get state(): SessionState {
    return {
      context: { ...this.#context },
      ...(this.#policy !== UNSTAMPED && { policy: this.#policy }),
      ledger: this.#ledger.entries,
      lastSeq: this.#lastSeq,
      lastRecordMs: this.#lastRecordMs,
      lastOffset: this.#lastOffset,
      keepAliveS: this.#keepAliveS,
      ringCount: this.#ring.count,
      chunks: this.#ring.sizes,
    };
  }

  /** A copy of the bytes of its ring's chunks, one behind the other. */
  get ringBytes(): Buffer {
    return this.#ring.bytes;
  }

  get ringByteLength(): number {
    return this.#ring.byteLength;
  }

  /** Of the messages since the last block. */
  get account(): Pick<Ledger, 'evicted' | 'missing'> {
    return this.#ledger;
  }

  /** Of the session's last record. */
  get lastOffset(): number {
    return this.#lastOffset;
  }

  /**
   * Takes one record of the session; its end is the caller's business.
   * @returns the block, if its criterion files one
   * @throws ForensicsError FF_BAD_MESSAGE_LIST before anything but the signs of life has changed
   */
  take(batch: SessionBatch, at: Position): Block | undefined {
    this.#lastRecordMs = at.timeMs;
    this.#lastOffset = at.offset;
    this.#keepAliveS = batch.keepAliveS;
    const lastSeq = lastSeqOf(batch);
    const isRepeat = lastSeq > 0 && lastSeq <= this.#lastSeq;
    const repeated = isRepeat ? batch.messageCount + (batch.criterion ? 1 : 0) : this.#repeatedIn(batch);
    const messages = repeated > 0 && !isRepeat ? withoutFirst(batch.messages, repeated) : batch.messages;
    this.#ledger.repeated += repeated;
    if (isRepeat) return undefined;

    if (batch.context) Object.assign(this.#context, batch.context);
    if (batch.policy) this.#adopt(batch.policy);
    this.#ledger.droppedAtSource += batch.dropped;
    this.#countMissing(batch);
    this.#append(messages, batch.messageCount - repeated, batch.firstSeq + repeated, batch.firstSeq > 0);
    this.#lastSeq = Math.max(this.#lastSeq, lastSeq);
    return batch.criterion && this.#fire(batch.criterion, at);
  }

  /**
   * It depends on the session's last record alone: a fold that started in the middle of the session comes to the same.
   * @param timeMs the tick's record time
   */
  fateAt(timeMs: number, { idleS, dropBefore }: Tick): Fate {
    const idleMs = timeMs - this.#lastRecordMs;
    if (this.#keepAliveS > 0 && idleMs > KEEP_ALIVES_MISSED * this.#keepAliveS * 1000) return 'lost';
    if (this.#keepAliveS === 0 && idleS > 0 && idleMs > idleS * 1000) return 'expired';
    return this.#lastOffset < dropBefore ? 'crowdedOut' : 'live';
  }

  /** The block of a session whose node fell silent, if its policy files such a death. */
  lose(at: Position): Block | undefined {
    return this.#fire({ name: 'UntimelyDeath', seq: 0, timeUs: at.timeMs * 1000, detail: 'node lost', requestedBy: '' }, at);
  }

  #repeatedIn(batch: SessionBatch): number {
    if (batch.firstSeq === 0) return 0;
    return Math.min(batch.messageCount, Math.max(0, this.#lastSeq - batch.firstSeq + 1));
  }

  #adopt(policy: Policy): void {
    const isFirst = this.#policy === UNSTAMPED;
    if (!isFirst && policy.version === this.#policy.version && policy.name === this.#policy.name) return;
    const isOtherServer = !isFirst && policy.name !== this.#policy.name;
    if (isOtherServer) this.#ledger.evicted += this.#ring.flush().count;
    this.#policy = policy;
    this.#ledger.evicted += this.#ring.resize(policy.bufferSize, policy.bufferBytes);
  }

  #countMissing(batch: SessionBatch): void {
    const nextSeq = batch.messageCount > 0 ? batch.firstSeq : (batch.criterion?.seq ?? 0);
    if (nextSeq > 0) this.#ledger.missing += Math.max(0, nextSeq - this.#lastSeq - 1 - batch.notCaptured);
    const criterionSeq = batch.criterion?.seq ?? 0;
    if (batch.messageCount > 0 && batch.firstSeq > 0 && criterionSeq > 0) {
      this.#ledger.missing += Math.max(0, criterionSeq - batch.firstSeq - batch.messageCount);
    }
  }

  #append(messages: Uint8Array, count: number, firstSeq: number, isNumbered: boolean): void {
    if (count === 0) return;
    this.#ledger.received += count;
    this.#ledger.evicted += this.#ring.push(messages, count);
    if (!isNumbered) return;
    if (this.#ledger.firstSeq === 0) this.#ledger.firstSeq = firstSeq;
    this.#ledger.lastSeq = firstSeq + count - 1;
  }

  #fire(criterion: Criterion, at: Position): Block | undefined {
    const policy = this.#policy;
    const isNamed = criterion.name === ON_DEMAND || policy.criteria.includes(criterion.name);
    if (!isNamed || policy.file === '') return undefined;
    const { messages, count, skip } = this.#ring.flush();
    return {
      id: blockId(this.key, criterion.seq, at.offset),
      messages,
      header: {
        ...this.name,
        criterion,
        context: { ...this.#context },
        file: policy.file,
        formats: policy.formats,
        ledger: this.#ledger.close(),
        sourceTopic: SESSION_EVENTS,
        sourcePartition: at.partition,
        sourceOffset: at.offset,
        messageCount: count,
        skip,
      },
    };
  }
}

/** The highest sequence number in the batch; 0 = the publisher gives none. */
function lastSeqOf(batch: SessionBatch): number {
  const ofMessages = batch.firstSeq > 0 && batch.messageCount > 0 ? batch.firstSeq + batch.messageCount - 1 : 0;
  return Math.max(ofMessages, batch.criterion?.seq ?? 0);
}
