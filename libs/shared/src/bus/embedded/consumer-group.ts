import { setImmediate as nextTurn } from 'node:timers/promises';
import { retryDelay, type RetryDelayMs } from '../retry-delay.ts';
import type { GroupMember } from './group-member.ts';
import type { PartitionLog } from './partition-log.ts';
import { assignSticky } from '../sticky-assignment.ts';
import type { TopicCatalogue } from './topic-catalogue.ts';

/**
 * The members of one group and who owns what. One rebalance runs at a time: what moves is given back first, everywhere, and
 * handed out then; what stays goes on being delivered.
 */
export class ConsumerGroup {
  readonly #topics: TopicCatalogue;
  readonly #retryDelayMs: RetryDelayMs;
  readonly #members = new Set<GroupMember>();
  readonly #departures = new Map<GroupMember, () => void>();
  #changed = false;
  #running = false;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;

  constructor(topics: TopicCatalogue, retryDelayMs: RetryDelayMs) {
    this.#topics = topics;
    this.#retryDelayMs = retryDelayMs;
  }

  /** Closes every member. */
  async close(): Promise<void> {
    await Promise.all([...this.#members].map((member) => member.close()));
  }

  /** The member gets its partitions in a later turn of the event loop. */
  join(member: GroupMember): void {
    this.#members.add(member);
    this.#schedule();
  }

  /** Settles when the member has given its partitions back. It has to be closing by the next turn of the event loop. */
  leave(member: GroupMember): Promise<void> {
    return new Promise((resolve) => {
      this.#departures.set(member, resolve);
      this.#schedule();
    });
  }

  #schedule(): void {
    this.#changed = true;
    clearTimeout(this.#retry);
    if (!this.#running) void this.#rebalanceWhileChanged();
  }

  async #rebalanceWhileChanged(): Promise<void> {
    this.#running = true;
    while (this.#changed) {
      await nextTurn();
      this.#changed = false;
      await this.#rebalance();
    }
    this.#running = false;
  }

  async #rebalance(): Promise<void> {
    const before = [...this.#members];
    const shares = assignSticky(this.#partitions(before), before);
    const surplus = (member: GroupMember) => [...member.owned].filter((partition) => !shares.get(member)?.has(partition));
    await Promise.all(before.map((member) => member.revoke(surplus(member))));
    this.#depart();
    const gain = (member: GroupMember) => [...(shares.get(member) ?? [])].filter((partition) => !member.owned.has(partition));
    const staying = before.filter((member) => !member.closing);
    const taken = await Promise.all(staying.map((member) => member.assign(gain(member))));
    if (taken.includes(false)) this.#retryLater();
    else this.#failures = 0;
  }

  /** What a failed member has given back is free and needs another rebalance. */
  #retryLater(): void {
    this.#failures++;
    this.#retry = setTimeout(() => this.#schedule(), retryDelay(this.#retryDelayMs, this.#failures));
  }

  #depart(): void {
    for (const [member, departed] of this.#departures) {
      if (member.owned.size > 0) continue;
      this.#members.delete(member);
      this.#departures.delete(member);
      departed();
    }
  }

  #partitions(members: readonly GroupMember[]): PartitionLog[] {
    const names = new Set(members.flatMap((member) => [...member.topics]));
    return [...names].flatMap((name) => this.#topics.topic(name).partitions);
  }
}
