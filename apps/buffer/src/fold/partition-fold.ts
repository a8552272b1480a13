import type { BusRecord } from '@fleet-forensics/shared/bus/port';
import { hasCode } from '@fleet-forensics/shared/error';
import { sessionKey } from '@fleet-forensics/shared/session-key';
import type { CheckpointPart } from '@fleet-forensics/shared/wire/checkpoint';
import { decodeSessionRecord } from '@fleet-forensics/shared/wire/codec';
import type { Ledger, SessionBatch, Tick } from '@fleet-forensics/shared/wire/session-event';
import type { Block } from './block.ts';
import { CheckpointParts, type WholeCheckpoint } from './checkpoint-parts.ts';
import { CHECKPOINT_BOUNDS } from './checkpoint.ts';
import { type FoldCounters, noCounts } from './fold-counters.ts';
import { HeldSession } from './held-session.ts';
import { type ReplayedEvent, ReplayWindow } from './replay-window.ts';
import { type Position, Session } from './session.ts';

/** What a record asks of the world. A fold that replays asks for nothing: it was done when the record was first folded. */
export type Effect =
  | { readonly kind: 'block'; readonly block: Block }
  /** A record that can't be used; the fold goes on behind it. */
  | { readonly kind: 'poison'; readonly error: unknown };

const NOTHING: readonly Effect[] = [];

/**
 * The state of every session of one partition: a pure function of the partition's records up to `position`. It has no clock:
 * time is what records say. docs/ARCHITECTURE.md, Recovery, has the rules for checkpoints.
 */
export class PartitionFold {
  readonly #partition: number;
  readonly #sessions = new Map<string, HeldSession>();
  readonly #start: number;
  readonly #liveFrom: number;
  readonly #checkpointWindow: number;
  readonly #checkpoints: CheckpointParts;
  readonly #window: ReplayWindow;
  #position: number;
  #bytes = 0;
  readonly counters: FoldCounters = noCounts();

  /**
   * @param start offset of the first record to fold: the committed watermark
   * @param liveFrom effects of records below this offset are not returned again: the committed position
   * @param checkpointWindow records: the same for every fold of a log
   */
  constructor(partition: number, start: number, liveFrom: number, checkpointWindow = CHECKPOINT_BOUNDS.window) {
    this.#partition = partition;
    this.#position = start;
    this.#start = start;
    this.#liveFrom = liveFrom;
    this.#checkpointWindow = checkpointWindow;
    this.#checkpoints = new CheckpointParts(checkpointWindow);
    this.#window = new ReplayWindow(checkpointWindow);
  }

  /** The offset behind the last record folded. */
  get position(): number {
    return this.#position;
  }

  /** Of the values folded so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** False while it folds what was folded before. */
  get isLive(): boolean {
    return this.#position >= this.#liveFrom;
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  sessions(): Iterable<HeldSession> {
    return this.#sessions.values();
  }

  /** The lowest offset that is needed to build this state again. */
  watermark(): number {
    let watermark = this.#position;
    for (const { neededFrom } of this.#sessions.values()) watermark = Math.min(watermark, neededFrom);
    return watermark;
  }

  /** Folds the next record; records come in the order of their offsets, each once. */
  apply(record: BusRecord): readonly Effect[] {
    const isReplay = record.offset < this.#liveFrom;
    const effects = this.#evolve(record, isReplay);
    this.#position = record.offset + 1;
    this.#bytes += record.value.length;
    if (!isReplay) return effects;
    if (this.isLive) this.#goLive();
    return NOTHING;
  }

  #goLive(): void {
    this.#window.clear();
    this.#checkpoints.dropBytes();
  }

  #evolve(record: BusRecord, isReplay: boolean): readonly Effect[] {
    const at = { partition: this.#partition, offset: record.offset, timeMs: record.timeMs };
    this.counters.records += 1;
    try {
      const event = decodeSessionRecord(record.value);
      if (event.kind === 'batch') return this.#batch(event.batch, at, isReplay);
      if (event.kind === 'tick') return this.#tick(event.tick, at, isReplay);
      this.#checkpoint(event.part, at, isReplay);
      return NOTHING;
    } catch (error) {
      this.counters.poison += 1;
      return [{ kind: 'poison', error }];
    }
  }

  #batch(batch: SessionBatch, at: Position, isReplay: boolean): readonly Effect[] {
    const key = sessionKey(batch.node, batch.session);
    if (isReplay) this.#window.addBatch(key, batch, at);
    let held = this.#sessions.get(key);
    if (held === undefined) {
      held = new HeldSession(new Session(batch), at.offset, this.#bytes);
      this.#sessions.set(key, held);
    }
    try {
      const block = held.session.take(batch, at);
      this.counters.messages += batch.messageCount;
      if (isReplay) this.counters.replayedMessages += batch.messageCount;
      return this.#filed(block, isReplay);
    } finally {
      if (batch.end) {
        this.#drop(held.session, isReplay);
        this.counters.ended += 1;
      }
    }
  }

  #tick(tick: Tick, at: Position, isReplay: boolean): readonly Effect[] {
    if (isReplay) this.#window.addTick(tick, at);
    const effects: Effect[] = [];
    for (const { session } of this.#sessions.values()) {
      const fate = session.fateAt(at.timeMs, tick);
      if (fate === 'live') continue;
      this.counters[fate] += 1;
      if (fate === 'lost') effects.push(...this.#filed(session.lose(at), isReplay));
      this.#drop(session, isReplay);
    }
    return effects;
  }

  /** A live fold never takes state from a checkpoint: it has its own. */
  #checkpoint(part: CheckpointPart, at: Position, isReplay: boolean): void {
    const whole = this.#checkpoints.add(part, at.offset, isReplay);
    if (whole === undefined) return;
    if (at.offset - whole.asOf > this.#checkpointWindow) {
      this.counters.lateCheckpoints += 1;
      return;
    }
    this.counters.checkpoints += 1;
    const held = this.#sessions.get(sessionKey(whole.name.node, whole.name.session));
    if (!isReplay || held?.isFounded) held?.raise(whole.asOf + 1, this.#bytes);
    // Records between it and the start are not here to bring an older state up to date.
    else if (whole.asOf + 1 >= this.#start) this.#found(whole);
  }

  /**
   * The replay may have started in the middle of the session: founds it anew on the checkpoint and the records since. If it
   * ended or expired among those, what the replay has under its key is a later session, and whole.
   */
  #found({ name, state, ring, asOf }: WholeCheckpoint): void {
    const session = Session.restored(name, state, ring);
    for (const event of this.#window.above(asOf, session.key)) if (!survives(session, event)) return;
    this.#sessions.set(session.key, new HeldSession(session, asOf + 1, this.#bytes, true));
  }

  #filed(block: Block | undefined, isReplay: boolean): readonly Effect[] {
    if (block === undefined) return NOTHING;
    this.counters.blocks += 1;
    this.#account(block.header.ledger, isReplay);
    return [{ kind: 'block', block }];
  }

  #drop(session: Session, isReplay: boolean): void {
    this.#sessions.delete(session.key);
    this.#account(session.account, isReplay);
  }

  /** What an account came to is counted once, by the fold that closes it live. */
  #account({ evicted, missing }: Pick<Ledger, 'evicted' | 'missing'>, isReplay: boolean): void {
    if (isReplay) return;
    this.counters.evicted += evicted;
    this.counters.missing += missing;
  }
}

/** Brings the session up to date; false if it is over with the event. */
function survives(session: Session, event: ReplayedEvent): boolean {
  if (event.kind === 'tick') return session.fateAt(event.at.timeMs, event.tick) === 'live';
  try {
    session.take(event.batch, event.at);
  } catch (error) {
    // Poison: told when the record itself was folded.
    if (!hasCode(error, 'FF_BAD_MESSAGE_LIST')) throw error;
  }
  return event.batch.end === undefined;
}
