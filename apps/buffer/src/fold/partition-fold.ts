import type { BusRecord } from '@fleet-forensics/shared/bus/port';
import { sessionKey } from '@fleet-forensics/shared/session-key';
import { decodeSessionRecord } from '@fleet-forensics/shared/wire/codec';
import type { SessionBatch, Tick } from '@fleet-forensics/shared/wire/session-event';
import type { Block } from './block.ts';
import { type FoldCounters, noCounts } from './fold-counters.ts';
import { type Position, Session } from './session.ts';

/** What a record asks of the world. A fold that replays asks for nothing: it was done when the record was first folded. */
export type Effect =
  | { readonly kind: 'block'; readonly block: Block }
  /** A record that can't be used; the fold goes on behind it. */
  | { readonly kind: 'poison'; readonly error: unknown };

const NOTHING: readonly Effect[] = [];

/**
 * The state of every session of one partition: a pure function of the partition's records up to `position`. It has no clock:
 * time is what records say.
 */
export class PartitionFold {
  readonly #partition: number;
  readonly #sessions = new Map<string, Session>();
  readonly #liveFrom: number;
  #position: number;
  readonly counters: FoldCounters = noCounts();

  /**
   * @param start offset of the first record to fold: the committed watermark
   * @param liveFrom effects of records below this offset are not returned again: the committed position
   */
  constructor(partition: number, start: number, liveFrom: number) {
    this.#partition = partition;
    this.#position = start;
    this.#liveFrom = liveFrom;
  }

  /** The offset behind the last record folded. */
  get position(): number {
    return this.#position;
  }

  /** False while it folds what was folded before. */
  get isLive(): boolean {
    return this.#position >= this.#liveFrom;
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** The lowest offset that is needed to build this state again. */
  watermark(): number {
    // Sessions stand in the order of their first records.
    for (const { neededFrom } of this.#sessions.values()) return neededFrom;
    return this.#position;
  }

  /** Folds the next record; records come in the order of their offsets, each once. */
  apply(record: BusRecord): readonly Effect[] {
    const effects = this.#evolve(record);
    const isReplay = record.offset < this.#liveFrom;
    this.#position = record.offset + 1;
    return isReplay ? NOTHING : effects;
  }

  #evolve(record: BusRecord): readonly Effect[] {
    const at = { partition: this.#partition, offset: record.offset, timeMs: record.timeMs };
    this.counters.records += 1;
    try {
      const event = decodeSessionRecord(record.value);
      return event.kind === 'batch' ? this.#batch(event.batch, at) : this.#tick(event.tick, at);
    } catch (error) {
      this.counters.poison += 1;
      return [{ kind: 'poison', error }];
    }
  }

  #batch(batch: SessionBatch, at: Position): readonly Effect[] {
    const key = sessionKey(batch.node, batch.session);
    let session = this.#sessions.get(key);
    if (session === undefined) {
      session = new Session(batch.node, batch.session, at.offset);
      this.#sessions.set(key, session);
    }
    const block = session.take(batch, at);
    this.counters.messages += batch.messageCount;
    if (batch.end) {
      this.#sessions.delete(key);
      this.counters.ended += 1;
    }
    return this.#filed(block);
  }

  #tick(tick: Tick, at: Position): readonly Effect[] {
    const effects: Effect[] = [];
    for (const session of this.#sessions.values()) {
      const fate = session.idleAt(at.timeMs, tick.idleS);
      if (fate === 'live') continue;
      this.#sessions.delete(session.key);
      this.counters[fate] += 1;
      if (fate === 'lost') effects.push(...this.#filed(session.lose(at)));
    }
    this.#makeRoom(tick.maxSessions);
    return effects;
  }

  #makeRoom(maxSessions: number): void {
    const surplus = this.#sessions.size - maxSessions;
    if (maxSessions === 0 || surplus <= 0) return;
    // Sessions that a fold has not seen because it started behind their last records are the longest idle ones: it drops as many less.
    const byIdleTime = [...this.#sessions.values()].toSorted((a, b) => a.lastOffset - b.lastOffset);
    for (const { key } of byIdleTime.slice(0, surplus)) this.#sessions.delete(key);
    this.counters.crowdedOut += surplus;
  }

  #filed(block: Block | undefined): readonly Effect[] {
    if (block === undefined) return NOTHING;
    this.counters.blocks += 1;
    return [{ kind: 'block', block }];
  }
}
