import type { Commit, Ownership, PartitionId } from '@fleet-forensics/shared/bus/port';
import { ForensicsError } from '@fleet-forensics/shared/error';
import type { Delivery, Member } from './member.ts';
import type { SimulatedLog } from './simulated-log.ts';
import type { Trace } from './trace.ts';

/** Name of a count: assignments that retention has deleted the committed offset of. */
export const STARTS_BEYOND = 'starts beyond the commit';

/** A partition as its group sees it: its owner may be dead, and a member that is not its owner may not know that yet. */
export interface Slot extends PartitionId {
  epoch: number;
  owner: Delivery | undefined;
  committed: Commit | null;
}

/** The group of one kind of process: who owns which partition under which epoch, and what was committed. */
export class Group {
  readonly name: string;
  readonly slots: readonly Slot[];
  readonly #log: SimulatedLog;
  readonly #trace: Trace;
  readonly #checkCommit: (slot: Slot, commit: Commit) => void;

  /** @param checkCommit told each commit that is taken, before it is */
  constructor(topic: string, log: SimulatedLog, trace: Trace, checkCommit: (slot: Slot, commit: Commit) => void) {
    this.name = topic;
    this.#log = log;
    this.#trace = trace;
    this.#checkCommit = checkCommit;
    this.slots = log
      .partitions(topic)
      .map(({ partition }) => ({ topic, partition, epoch: 0, owner: undefined, committed: null }));
  }

  assign(slot: Slot, member: Member): void {
    slot.epoch += 1;
    const { topic, partition, epoch, committed } = slot;
    this.#trace.count('assignments');
    const { begin, records } = this.#log.partition(slot);
    if (committed && committed.offset < begin) this.#trace.count(STARTS_BEYOND);
    this.#trace.say(
      () =>
        `${nameOf(slot)} goes to ${member.caller.name}, epoch ${epoch}, committed ${committed?.offset} ${committed?.metadata}`,
    );
    slot.owner = member.own({ topic, partition, epoch, begin, end: records.length, committed });
  }

  /** The group gives up on the owner, which does not know it: it goes on, and its commits are refused. */
  lose(slot: Slot): void {
    this.#trace.say(() => `${nameOf(slot)} is taken from ${slot.owner?.member.caller.name}, which does not know it`);
    if (slot.owner) slot.owner.isLost = true;
    slot.owner = undefined;
  }

  /** @throws ForensicsError FF_PARTITION_LOST */
  commit(ownership: Ownership, commit: Commit): void {
    const slot = this.slots[ownership.partition]!;
    if (slot.owner === undefined || slot.owner.ownership.epoch !== ownership.epoch) {
      throw new ForensicsError('FF_PARTITION_LOST', `${nameOf(slot)} is not owned under epoch ${ownership.epoch}`);
    }
    this.#checkCommit(slot, commit);
    slot.committed = commit;
  }

  /** The member has let go of it. */
  released(delivery: Delivery): void {
    const slot = this.slots[delivery.ownership.partition]!;
    if (slot.owner === delivery) slot.owner = undefined;
  }
}

export function nameOf({ topic, partition }: PartitionId): string {
  return `${topic.replace('forensic.', '')}/${partition}`;
}
