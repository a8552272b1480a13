import { ForensicsError } from '../../error.ts';
import type { Assignment, Commit, Consumer, ConsumerHandlers, ConsumerOptions, Ownership, PartitionId } from '../port.ts';
import { PartitionDelivery, type DeliveryTerms } from '../partition-delivery.ts';
import type { RetryDelayMs } from '../retry-delay.ts';
import type { GroupCommits } from './group-commits.ts';
import { LogSource } from './log-source.ts';
import type { PartitionLog } from './partition-log.ts';
import type { Turns } from '../turns.ts';

/** Grows over all groups and logs of the process, so that no epoch comes twice. */
let lastEpoch = 0;

export interface MemberParts {
  readonly commits: GroupCommits;
  readonly turns: Turns;
  readonly retryDelayMs: RetryDelayMs;
  /** Leaves the group; settles when the group has taken the member's partitions. */
  readonly leave: (member: GroupMember) => Promise<void>;
}

/** A consumer: what it owns, and its calls and handlers. The group decides what it gets and gives back. */
export class GroupMember implements Consumer {
  readonly #topics: ReadonlySet<string>;
  readonly #handlers: ConsumerHandlers;
  readonly #parts: MemberParts;
  readonly #terms: DeliveryTerms;
  readonly #deliveries = new Map<PartitionLog, PartitionDelivery>();
  #closing: Promise<void> | undefined;

  constructor(options: ConsumerOptions, handlers: ConsumerHandlers, parts: MemberParts) {
    this.#topics = new Set(options.topics);
    this.#handlers = handlers;
    this.#parts = parts;
    this.#terms = {
      ...options,
      retryDelayMs: parts.retryDelayMs,
      turns: parts.turns,
      batch: (batch) => handlers.batch(batch, this),
      failed: (error) => handlers.failed(error),
    };
  }

  get owned(): ReadonlySet<PartitionLog> {
    return new Set(this.#deliveries.keys());
  }

  /** A member that is leaving wants nothing any more. */
  subscribes(partition: PartitionLog): boolean {
    return !this.closing && this.#topics.has(partition.id.topic);
  }

  get topics(): ReadonlySet<string> {
    return this.#topics;
  }

  get closing(): boolean {
    return this.#closing !== undefined;
  }

  /** Takes partitions over: told first, delivered then. If its handler rejects, they are given back and false is returned. */
  async assign(partitions: readonly PartitionLog[]): Promise<boolean> {
    if (partitions.length === 0) return true;
    try {
      const assignments = await this.#own(partitions);
      await this.#handlers.assigned(assignments, this);
    } catch (error) {
      this.#handlers.failed(error);
      await this.revoke(partitions);
      return false;
    }
    for (const partition of partitions) this.#deliveries.get(partition)?.start();
    return true;
  }

  /** Gives partitions back: their batches end, the handler is told, and from then on commits for them are refused. */
  async revoke(partitions: readonly PartitionLog[]): Promise<void> {
    const deliveries = partitions.flatMap((partition) => this.#deliveries.get(partition) ?? []);
    if (deliveries.length === 0) return;
    await Promise.all(deliveries.map((delivery) => delivery.stop()));
    try {
      const ownerships = deliveries.map(({ ownership }) => ownership);
      await this.#handlers.revoked(ownerships, this);
    } catch (error) {
      this.#handlers.failed(error);
    }
    for (const partition of partitions) this.#deliveries.delete(partition);
  }

  /** No effect on a partition that is not owned; so for pause and resume. */
  seek(partition: PartitionId, offset: number): void {
    this.#delivery(partition)?.seek(offset);
  }

  pause(partition: PartitionId): void {
    this.#delivery(partition)?.pause();
  }

  resume(partition: PartitionId): void {
    this.#delivery(partition)?.resume();
  }

  async commit(ownership: Ownership, commit: Commit): Promise<void> {
    if (this.#delivery(ownership)?.ownership.epoch !== ownership.epoch) {
      throw lost(`${ownership.topic}/${ownership.partition} is not owned under epoch ${ownership.epoch} any more`);
    }
    await this.#parts.commits.save(ownership, commit);
  }

  async heartbeat(): Promise<void> {
    if (this.closing && this.#deliveries.size === 0) throw lost('the consumer has left its group');
  }

  close(): Promise<void> {
    this.#closing ??= this.#parts.leave(this);
    return this.#closing;
  }

  #delivery({ topic, partition }: PartitionId): PartitionDelivery | undefined {
    for (const [{ id }, delivery] of this.#deliveries) {
      if (id.topic === topic && id.partition === partition) return delivery;
    }
    return undefined;
  }

  async #own(partitions: readonly PartitionLog[]): Promise<Assignment[]> {
    const committed = await this.#parts.commits.last(partitions);
    return partitions.map((partition, index) => {
      const commit = committed[index] ?? null;
      const ownership: Ownership = { ...partition.id, epoch: ++lastEpoch };
      const { begin, end } = partition.offsets;
      const position = commit?.offset ?? begin;
      this.#deliveries.set(partition, new PartitionDelivery(new LogSource(partition), ownership, position, this.#terms));
      return { ...ownership, begin, end, committed: commit };
    });
  }
}

function lost(what: string): ForensicsError {
  return new ForensicsError('FF_PARTITION_LOST', `${what}: drop what was kept for it, its new owner starts from the last commit`);
}
