import type { MessageListWriter } from '@fleet-forensics/shared/wire/message-list-writer';
import type { Criterion, Policy, SessionBatch, SessionContext } from '@fleet-forensics/shared/wire/session-event';
import type { AnyMessageEvent, SessionEvent } from '../session-event.ts';
import type { PackedSession } from './packed-session.ts';
import type { RecordWatcher } from './receipt.ts';

const MAX_UINT32 = 2 ** 32 - 1;
const NO_BYTES = Buffer.alloc(0);

/** A record of a session while events still join it. */
export class OpenBatch {
  /** When it closes at the latest, on the packer's clock. */
  readonly dueMs: number;
  readonly policy: Policy;
  readonly receipts: RecordWatcher[] = [];
  /** Set with the first message. */
  writer: MessageListWriter | null = null;
  /** Of the uncaptured messages before its first number. */
  notCaptured = 0;
  #firstSeq = 0;
  #open = false;
  #keepAlive = false;
  #dropped = 0;
  #context: SessionContext | undefined;
  #criterion: Criterion | undefined;
  #reason: string | undefined;

  constructor(policy: Policy, dueMs: number) {
    this.policy = policy;
    this.dueMs = dueMs;
  }

  get messageCount(): number {
    return this.writer?.count ?? 0;
  }

  /** Of its last message; 0 = none. */
  get lastSeq(): number {
    return this.#firstSeq === 0 ? 0 : this.#firstSeq + this.messageCount - 1;
  }

  /** Encoded bytes of its messages. */
  get byteLength(): number {
    return this.writer?.byteLength ?? 0;
  }

  /** Nothing may follow in the same record. */
  get isComplete(): boolean {
    return this.#criterion !== undefined || this.#reason !== undefined;
  }

  get hasCriterion(): boolean {
    return this.#criterion !== undefined;
  }

  /** False: the message has to go into the next record, because this one could not say its number. */
  acceptsMessage(seq: number): boolean {
    const count = this.messageCount;
    return count === 0 || seq === (this.#firstSeq === 0 ? 0 : this.#firstSeq + count);
  }

  /** False: the event has to go into the next record, because this one could not say where it stood. */
  accepts(event: Exclude<SessionEvent, AnyMessageEvent>): boolean {
    if (this.messageCount === 0) return event.kind !== 'dropped' || this.#dropped + event.count <= MAX_UINT32;
    if (event.kind === 'criterion') return this.#acceptsCriterion(event.criterion);
    // They count before the record's first message: a repeat of that message shows that they were taken, too.
    return event.kind !== 'dropped' && event.kind !== 'context' && event.kind !== 'open';
  }

  /**
   * Its consumer passes over a record whose numbers it has seen, and over no other: an unnumbered criterion must not be lost with the
   * messages, nor a repeated one be filed anew with messages that came since.
   */
  #acceptsCriterion({ seq }: Criterion): boolean {
    return seq === 0 ? this.#firstSeq === 0 : this.#firstSeq > 0 && seq > this.lastSeq;
  }

  addMessage(writer: MessageListWriter, event: AnyMessageEvent): void {
    if (writer.count === 0) this.#firstSeq = event.seq;
    if (event.kind === 'encodedMessage') writer.appendEncoded(event.list, event.start, event.end);
    else writer.append(event.type, event.level, event.timeUs, event.pid, event.text, event.start, event.end);
  }

  add(event: Exclude<SessionEvent, AnyMessageEvent>): void {
    switch (event.kind) {
      case 'open':
        this.#open = true;
        this.#context = { ...this.#context, ...event.context };
        break;
      case 'context':
        this.#context = { ...this.#context, ...event.context };
        break;
      case 'criterion':
        this.#criterion = event.criterion;
        break;
      case 'end':
        this.#reason = event.reason;
        break;
      case 'keepAlive':
        this.#keepAlive = true;
        break;
      case 'dropped':
        this.#dropped += event.count;
        break;
    }
  }

  /** It is told of this record from now on. */
  holdFor(receipt: RecordWatcher): void {
    if (this.receipts.at(-1) === receipt || this.receipts.includes(receipt)) return;
    this.receipts.push(receipt);
    receipt.await();
  }

  /** Ends it. Its messages stay in the writer's memory. */
  close({ node, session, keepAliveS }: PackedSession, isStamped: boolean): SessionBatch {
    const messageCount = this.messageCount;
    return {
      node,
      session,
      firstSeq: this.#firstSeq,
      messageCount,
      messages: this.writer?.list ?? NO_BYTES,
      open: this.#open,
      keepAliveS,
      keepAlive: this.#keepAlive,
      dropped: this.#dropped,
      notCaptured: this.notCaptured,
      ...(this.#context && { context: this.#context }),
      ...(isStamped && { policy: this.policy }),
      ...(this.#criterion && { criterion: this.#criterion }),
      ...(this.#reason !== undefined && { end: { reason: this.#reason } }),
    };
  }
}
