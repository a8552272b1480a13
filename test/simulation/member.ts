import type {
  Assignment,
  Batch,
  Commit,
  Consumer,
  ConsumerHandlers,
  Ownership,
  PartitionId,
} from '@fleet-forensics/shared/bus/port';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { type Group, nameOf } from './group.ts';
import type { Caller, Network } from './network.ts';
import type { SimulatedLog } from './simulated-log.ts';
import type { Trace } from './trace.ts';

/** Batches that were fetched and not handed over, at most. */
const MAX_HELD = 4;

/** One ownership as its member sees it, from assignment until it is closed. */
export interface Delivery {
  readonly member: Member;
  readonly ownership: Ownership;
  /** Offset of the next record to hand over. */
  position: number;
  phase: 'assigning' | 'open' | 'closing';
  isRunning: boolean;
  /** The group has given the partition to somebody else, or will. */
  isLost: boolean;
  wasSought: boolean;
  isPaused: boolean;
}

export interface MemberParts {
  readonly group: Group;
  readonly log: SimulatedLog;
  readonly network: Network;
  readonly trace: Trace;
}

/** A process' consumer. Whatever it does next, the run decides. */
export class Member implements Consumer {
  readonly caller: Caller;
  readonly group: Group;
  readonly deliveries = new Set<Delivery>();
  /** Fetched under an ownership, to be handed over when that has ended. */
  readonly held: Batch[] = [];
  readonly #handlers: ConsumerHandlers;
  readonly #parts: MemberParts;

  constructor(caller: Caller, parts: MemberParts, handlers: ConsumerHandlers) {
    this.caller = caller;
    this.group = parts.group;
    this.#parts = parts;
    this.#handlers = handlers;
  }

  of({ partition }: PartitionId): Delivery | undefined {
    return [...this.deliveries].find(({ ownership }) => ownership.partition === partition);
  }

  own(assignment: Assignment): Delivery {
    const { topic, partition, epoch, committed, begin } = assignment;
    const delivery: Delivery = {
      member: this,
      ownership: { topic, partition, epoch },
      position: committed?.offset ?? begin,
      phase: 'assigning',
      isRunning: false,
      isLost: false,
      wasSought: false,
      isPaused: false,
    };
    this.deliveries.add(delivery);
    void this.#open(delivery, assignment);
    return delivery;
  }

  hasRecords(delivery: Delivery): boolean {
    const { ownership, position, phase, isRunning, isPaused } = delivery;
    const { begin, records } = this.#parts.log.partition(ownership);
    return phase === 'open' && !isRunning && !isPaused && Math.max(position, begin) < records.length;
  }

  /** Hands up to `maxRecords` records over; there must be one. */
  deliver(delivery: Delivery, maxRecords: number): void {
    const batch = this.#fetch(delivery, 0, maxRecords);
    if (delivery.isLost) this.#parts.trace.count('batches of a zombie');
    delivery.wasSought = false;
    void this.#advance(delivery, batch);
  }

  /** Fetches what lies `skip` records ahead and keeps it until {@link handOverHeld}. */
  hold(delivery: Delivery, skip: number, maxRecords: number): void {
    const batch = this.#fetch(delivery, skip, maxRecords);
    if (batch.records.length > 0 && this.held.length < MAX_HELD) this.held.push(batch);
  }

  /** Those whose ownership has ended here, and that no other batch of their partition is in the way of. */
  overheld(): Batch[] {
    return this.held.filter((batch) => {
      const delivery = this.of(batch);
      return !delivery || (delivery.phase === 'open' && !delivery.isRunning && delivery.ownership.epoch !== batch.epoch);
    });
  }

  handOverHeld(batch: Batch): void {
    this.held.splice(this.held.indexOf(batch), 1);
    this.#parts.trace.count(this.of(batch) ? 'batches of an older assignment' : 'batches without an assignment');
    void this.#run(this.of(batch), batch);
  }

  /** The member learns that it is to hand the partition over, or does not own it any more. Only of an open delivery. */
  revoke(delivery: Delivery): void {
    delivery.phase = 'closing';
    if (!delivery.isRunning) void this.#letGo(delivery);
  }

  seek(partition: PartitionId, offset: number): void {
    const delivery = this.of(partition);
    if (!delivery) return;
    delivery.position = offset;
    delivery.wasSought = true;
  }

  pause(partition: PartitionId): void {
    const delivery = this.of(partition);
    if (delivery) delivery.isPaused = true;
  }

  resume(partition: PartitionId): void {
    const delivery = this.of(partition);
    if (delivery) delivery.isPaused = false;
  }

  commit(ownership: Ownership, commit: Commit): Promise<void> {
    const { topic, partition, epoch } = ownership;
    return this.#parts.network.call(this.caller, `commit ${partition}`, {
      what: () => `commits ${nameOf(ownership)} ${commit.offset} ${commit.metadata}, epoch ${epoch}`,
      size: 1,
      commit: { topic, partition, epoch, ...commit },
      whole: () => this.group.commit({ topic, partition, epoch }, commit),
    });
  }

  async heartbeat(): Promise<void> {
    const gone = [...this.deliveries].find(({ isLost, phase }) => isLost && phase === 'closing');
    if (gone) throw new ForensicsError('FF_PARTITION_LOST', `${nameOf(gone.ownership)} was given to another member`);
  }

  async close(): Promise<void> {
    for (const delivery of this.deliveries) this.revoke(delivery);
  }

  #fetch({ ownership, position }: Delivery, skip: number, maxRecords: number): Batch {
    const { log } = this.#parts;
    const { begin } = log.partition(ownership);
    if (position < begin) {
      const gap = `${nameOf(ownership)}: retention has deleted offsets ${position} to ${begin - 1} before they were read`;
      this.#handlers.failed(new ForensicsError('FF_RECORDS_EXPIRED', gap));
    }
    const records = log.read(ownership, position + skip, maxRecords);
    return { ...ownership, records, end: log.partition(ownership).records.length };
  }

  async #open(delivery: Delivery, assignment: Assignment): Promise<void> {
    try {
      await this.#handlers.assigned([assignment], this);
      delivery.phase = 'open';
    } catch (error) {
      this.#handlers.failed(error);
      await this.#letGo(delivery);
    }
  }

  /** After a rejection the same records come again, but perhaps not as one batch. */
  async #advance(delivery: Delivery, batch: Batch): Promise<void> {
    const isDone = await this.#run(delivery, batch);
    if (isDone && !delivery.wasSought) delivery.position = batch.records.at(-1)!.offset + 1;
  }

  /** @param delivery of the partition, whose own batches wait meanwhile */
  async #run(delivery: Delivery | undefined, batch: Batch): Promise<boolean> {
    if (delivery) delivery.isRunning = true;
    this.#parts.trace.say(() => `${this.caller.name} gets ${describeBatch(batch)}`);
    let isDone = true;
    try {
      await this.#handlers.batch(batch, this);
    } catch (error) {
      isDone = false;
      this.#handlers.failed(error);
    }
    // The port lends a record's bytes until here: whoever kept them keeps garbage.
    for (const { value } of batch.records) value.fill(0xee);
    if (delivery) {
      delivery.isRunning = false;
      if (delivery.phase === 'closing') void this.#letGo(delivery);
    }
    return isDone;
  }

  async #letGo(delivery: Delivery): Promise<void> {
    try {
      await this.#handlers.revoked([delivery.ownership], this);
    } catch (error) {
      this.#handlers.failed(error);
    }
    this.deliveries.delete(delivery);
    this.group.released(delivery);
  }
}

function describeBatch({ records, epoch, ...partition }: Batch): string {
  return `${nameOf(partition)} ${records[0]?.offset} to ${records.at(-1)?.offset}, epoch ${epoch}`;
}
