import { sessionKey } from '@fleet-forensics/shared/session-key';
import type { IngestSettings } from '@fleet-forensics/shared/settings/ingest-settings';
import type { LogType } from '@fleet-forensics/shared/wire/log-type';
import type { MessageListWriter } from '@fleet-forensics/shared/wire/message-list-writer';
import type { Policy, SessionBatch, SessionContext } from '@fleet-forensics/shared/wire/session-event';
import type { Counters } from '../counters.ts';
import type { PolicySource } from '../policy/policy-source.ts';
import { type AnyMessageEvent, isMessage, type SessionEvent } from '../session-event.ts';
import { OpenBatch } from './open-batch.ts';
import { PackedSession } from './packed-session.ts';
import type { RecordWatcher } from './receipt.ts';
import { SessionTable } from './session-table.ts';
import { WriterPool } from './writer-pool.ts';

export type PackerBounds = Pick<IngestSettings, 'batchLines' | 'batchBytes' | 'batchMs' | 'sessions'>;

/** A record that no event joins any more. */
export interface ClosedBatch {
  /** Of its session: the packer may forget that one while the record is on its way. */
  readonly key: string;
  readonly batch: SessionBatch;
  /** Those that wait for it. */
  readonly receipts: readonly RecordWatcher[];
  /** Holds the batch's messages until {@link Packer.encoded}. */
  readonly writer: MessageListWriter | null;
}

/**
 * Packs the events of each session into records and stamps them with the session's policy. A record closes when it holds
 * `batchLines` messages or `batchBytes`, `batchMs` after its first event, and at once with a criterion or the session's end.
 * Plain memory: the publisher gives it the time and takes the closed records from it.
 */
export class Packer {
  readonly #bounds: PackerBounds;
  readonly #policies: PolicySource;
  readonly #counters: Counters;
  readonly #now: () => number;
  readonly #writers = new WriterPool();
  /** Sessions with an open record, the one due first in front: all records stay open for the same time. */
  readonly #active = new Set<PackedSession>();
  /** The others, the one that has been idle longest in front. */
  readonly #idle = new Set<PackedSession>();
  readonly #sessions = new SessionTable();
  #closed: ClosedBatch[] = [];

  /** @param now milliseconds of a clock that never goes back */
  constructor(bounds: PackerBounds, policies: PolicySource, counters: Counters, now: () => number) {
    this.#bounds = bounds;
    this.#policies = policies;
    this.#counters = counters;
    this.#now = now;
  }

  /** Sessions with an open record: bounded by the bytes of requests in progress. */
  get activeSessions(): number {
    return this.#active.size;
  }

  /** Sessions that are remembered only, at most `sessions`. */
  get idleSessions(): number {
    return this.#idle.size;
  }

  /** When the next open record is due, on the packer's clock; null if none is open. */
  get nextDueMs(): number | null {
    for (const session of this.#active) return session.batch!.dueMs;
    return null;
  }

  /**
   * Copies what it keeps of the event. `receipt` is told of the record that holds it, if one does.
   * @returns false: refused, as {@link EventSink.add} says. Only the open record is looked at: a request that comes again repeats
   * numbers that earlier records have.
   */
  add(event: SessionEvent, receipt: RecordWatcher): boolean {
    const session = this.#find(event);
    if (isMessage(event)) {
      this.#addMessage(session, event, receipt);
      return true;
    }
    if (event.kind === 'criterion' && event.criterion.seq > 0 && event.criterion.seq === session.batch?.lastSeq) return false;
    if (event.kind === 'open' || event.kind === 'context') this.#learn(session, event.context);
    if (event.kind === 'open') session.keepAliveS = event.keepAliveS;
    const policy = this.#policyOf(session);
    if (policy === null) {
      this.#addSignOfLife(session, event, receipt);
      return true;
    }
    const seq = event.kind === 'criterion' ? event.criterion.seq : 0;
    const batch = this.#batchFor(session, seq, session.batch?.accepts(event) ?? true, policy);
    batch.add(event);
    batch.holdFor(receipt);
    if (this.#isFull(batch)) this.#close(session, batch);
    return true;
  }

  /** Closes the records that are due. */
  closeDue(): void {
    const now = this.#now();
    for (const session of this.#active) {
      if (session.batch!.dueMs > now) return;
      this.#close(session, session.batch!);
    }
  }

  closeAll(): void {
    for (const session of this.#active) this.#close(session, session.batch!);
  }

  /** The records closed since the last call, those of one session in order. */
  takeClosed(): readonly ClosedBatch[] {
    const closed = this.#closed;
    if (closed.length > 0) this.#closed = [];
    return closed;
  }

  /** The record is bytes of its own now: its messages are gone. */
  encoded({ writer }: ClosedBatch): void {
    if (writer) this.#writers.giveBack(writer);
  }

  /**
   * These records could not be written. Takes out what is packed of their sessions: behind the lost ones it would leave a hole
   * that a repeat could not fill, for its reader passes over numbers below the highest it has seen.
   */
  failed(lost: readonly ClosedBatch[]): readonly ClosedBatch[] {
    for (const { batch } of lost) {
      const session = this.#sessions.get(batch.node, batch.session);
      if (session?.batch) this.#close(session, session.batch);
      session?.restart();
    }
    const keys = new Set(lost.map(({ key }) => key));
    const taken = this.takeClosed();
    this.#closed = taken.filter(({ key }) => !keys.has(key));
    return taken.filter(({ key }) => keys.has(key));
  }

  /**
   * With the engine off nothing is said of a session but that it lives on or has ended, and that only if its reader holds what came
   * before: without it that would take the node for lost, or wait for hours. Alone in its record, so that no message joins it.
   */
  #addSignOfLife(session: PackedSession, event: SessionEvent, receipt: RecordWatcher): void {
    const { published } = session;
    if (published && (event.kind === 'end' || event.kind === 'keepAlive')) {
      const batch = this.#open(session, published);
      batch.add(event);
      batch.holdFor(receipt);
      this.#close(session, batch);
      return;
    }
    if (event.kind === 'end') this.#forget(session);
    this.#counters.ignored += 1;
  }

  /** The way of nearly all events. */
  #addMessage(session: PackedSession, event: AnyMessageEvent, receipt: RecordWatcher): void {
    const policy = this.#policyOf(session);
    if (policy === null || !isCaptured(policy, event.type)) {
      if (policy !== null) session.skip(event.seq);
      this.#counters.ignored += 1;
      return;
    }
    const batch = this.#batchFor(session, event.seq, session.batch?.acceptsMessage(event.seq) ?? true, policy);
    batch.addMessage((batch.writer ??= this.#writers.take()), event);
    batch.holdFor(receipt);
    this.#counters.messages += 1;
    if (this.#isFull(batch)) this.#close(session, batch);
  }

  #find({ node, session }: SessionEvent): PackedSession {
    const known = this.#sessions.get(node, session);
    if (known) return known;
    const founded = new PackedSession(node, session);
    this.#sessions.add(founded);
    this.#rest(founded);
    return founded;
  }

  #rest(session: PackedSession): void {
    this.#idle.add(session);
    if (this.#idle.size <= this.#bounds.sessions) return;
    for (const longestIdle of this.#idle) {
      this.#counters.forgottenNotCaptured += longestIdle.notCaptured;
      this.#forget(longestIdle);
      return;
    }
  }

  #forget(session: PackedSession): void {
    this.#idle.delete(session);
    this.#sessions.delete(session);
  }

  /** That of its open record; else it is asked for. */
  #policyOf(session: PackedSession): Policy | null {
    return session.batch ? session.batch.policy : this.#askPolicy(session);
  }

  #askPolicy({ node, session, server }: PackedSession): Policy | null {
    return this.#policies.policyFor(node, session, server);
  }

  /** What is said of the session may change its policy: what came before is filed under the old one. */
  #learn(session: PackedSession, context: SessionContext): void {
    session.learn(context);
    if (session.batch && this.#askPolicy(session)?.version !== session.batch.policy.version) this.#close(session, session.batch);
  }

  /**
   * The record that an event joins.
   * @param seq the event's, 0 = none
   * @param isAccepted by the open record
   */
  #batchFor(session: PackedSession, seq: number, isAccepted: boolean, policy: Policy): OpenBatch {
    const takesSkipped = seq > 0 && session.notCaptured > 0;
    let { batch } = session;
    if (batch && ((takesSkipped && batch.messageCount > 0) || !isAccepted)) {
      this.#close(session, batch);
      batch = null;
    }
    batch ??= this.#open(session, policy);
    if (takesSkipped) batch.notCaptured = session.takeNotCaptured();
    if (seq > 0) session.sawSeq(seq);
    return batch;
  }

  #open(session: PackedSession, policy: Policy): OpenBatch {
    const now = this.#now();
    const batch = new OpenBatch(policy, now + this.#bounds.batchMs);
    session.speak(now);
    session.batch = batch;
    this.#idle.delete(session);
    this.#active.add(session);
    return batch;
  }

  #isFull(batch: OpenBatch): boolean {
    return batch.isComplete || batch.messageCount >= this.#bounds.batchLines || batch.byteLength >= this.#bounds.batchBytes;
  }

  #close(session: PackedSession, batch: OpenBatch): void {
    const { writer, policy, receipts } = batch;
    const isStamped = batch.hasCriterion || session.stampedVersion !== policy.version;
    const closed = batch.close(session, isStamped);
    this.#closed.push({ key: sessionKey(session.node, session.session), batch: closed, receipts, writer });
    session.batch = null;
    session.stampedVersion = policy.version;
    session.published = policy;
    this.#active.delete(session);
    if (closed.end) this.#forget(session);
    else this.#rest(session);
  }
}

function isCaptured({ capture }: Policy, type: LogType): boolean {
  return capture.length === 0 || capture.includes(type);
}
