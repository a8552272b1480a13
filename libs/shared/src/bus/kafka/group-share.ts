import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DeliveryTerms } from '../partition-delivery.ts';
import type { Assignment, Consumer, ConsumerHandlers, GroupPartition, OffsetRange, Ownership, PartitionId } from '../port.ts';
import { RETRY_DELAY_MS, retryDelay } from '../retry-delay.ts';
import { byTopic, encodeClaim } from './cooperative-protocol.ts';
import type { Tap } from './fetch-buffer.ts';
import { OwnedPartition } from './owned-partition.ts';

export interface GroupShareParts {
  readonly handlers: ConsumerHandlers;
  readonly consumer: Consumer;
  readonly tap: Tap;
  readonly terms: DeliveryTerms;
  readonly capacityBytes: number;
  /** What the group has committed on the partitions and what lies on them; epochs are the share's. */
  readonly describe: (partitions: readonly PartitionId[]) => Promise<GroupPartition[]>;
  readonly offsets: (id: PartitionId) => Promise<OffsetRange>;
  /** The group takes more for the member's than is: it is to be told. */
  readonly gaveBack: () => void;
}

/** Grows with every assignment, and over restarts too as long as the clock does. */
let lastEpoch = 0;

/**
 * A member's share of its group's partitions, and what it owns, which follows the share: what is surplus is given back first,
 * what is new is taken over then. One such change runs at a time; what stays goes on being delivered.
 */
export class GroupShare {
  readonly #parts: GroupShareParts;
  readonly #owned = new Map<string, OwnedPartition>();
  #share = new Map<string, PartitionId>();
  /** What the member said was its own when it last joined. */
  #claimed: ReadonlySet<string> = new Set();
  #memberId: string | null = null;
  #isClosing = false;
  #isStarted = false;
  #hasChanged = false;
  #change: Promise<void> | undefined;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  #nextJoin = Promise.withResolvers<void>();

  constructor(parts: GroupShareParts) {
    this.#parts = parts;
  }

  get(id: PartitionId): OwnedPartition | undefined {
    return this.#owned.get(keyOf(id));
  }

  /** True if the partition is owned under this epoch, and nobody else can own it yet. */
  owns(ownership: Ownership): boolean {
    const owned = this.get(ownership);
    return owned !== undefined && owned.ownership.epoch === ownership.epoch && !owned.isLost;
  }

  /** True if some of what is being worked on may belong to others already, or nothing will come any more. */
  get hasLost(): boolean {
    return (this.#isClosing && this.#owned.size === 0) || [...this.#owned.values()].some(({ isLost }) => isLost);
  }

  /** Resolves when the group has been shared out anew, or the member has left it. */
  get nextJoin(): Promise<void> {
    return this.#nextJoin.promise;
  }

  /** Handlers are called from now on. */
  start(): void {
    this.#isStarted = true;
    void this.#follow();
  }

  claim(): Buffer {
    const kept = [...this.#owned.values()].filter(({ isLost }) => !isLost).map(({ ownership }) => ownership);
    const coming = this.#isClosing ? [] : [...this.#share.values()].filter((id) => !this.get(id));
    const claimed = [...kept, ...coming];
    this.#claimed = new Set(claimed.map(keyOf));
    return encodeClaim({ member: this.#memberId, isClosing: this.#isClosing, owned: byTopic(claimed) });
  }

  /** The group gave the member a share: in one go with the answer, before anything is fetched for it. */
  joined(memberId: string, topics: Readonly<Record<string, readonly number[]>>): void {
    // Who comes back under a new id was away: others may have owned what it had.
    if (memberId !== this.#memberId) this.#loseAll();
    this.#memberId = memberId;
    const share = Object.entries(topics).flatMap(([topic, numbers]) => numbers.map((partition) => ({ topic, partition })));
    this.#share = new Map(share.map((id) => [keyOf(id), id]));
    for (const id of share) {
      const owned = this.get(id);
      if (owned && !owned.isLost) owned.keep();
      else this.#parts.tap.pause(id);
    }
    this.#rejoined();
  }

  /** The member is no member any more. */
  left(): void {
    this.#loseAll();
    this.#memberId = null;
    this.#share.clear();
    this.#rejoined();
  }

  /** Gives everything back; settles when that is done. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#isStarted = true;
    do await this.#follow();
    while (this.#owned.size > 0);
    clearTimeout(this.#retry);
  }

  #rejoined(): void {
    this.#nextJoin.resolve();
    this.#nextJoin = Promise.withResolvers<void>();
    void this.#follow();
  }

  #loseAll(): void {
    for (const owned of this.#owned.values()) owned.lose();
  }

  #follow(): Promise<void> {
    this.#hasChanged = true;
    clearTimeout(this.#retry);
    if (!this.#isStarted) return Promise.resolve();
    this.#change ??= this.#followWhileChanged();
    return this.#change;
  }

  async #followWhileChanged(): Promise<void> {
    while (this.#hasChanged) {
      await nextTurn();
      this.#hasChanged = false;
      await this.#release([...this.#owned.values()].filter((owned) => this.#isSurplus(owned)));
      await this.#acquire();
      if (this.#claimsTooMuch()) this.#parts.gaveBack();
    }
    this.#change = undefined;
  }

  /** True if the group withholds from others what the member has handed over, or was to have and never took. */
  #claimsTooMuch(): boolean {
    const isKept = (key: string) => this.#share.has(key) || this.#owned.has(key);
    return !this.#isClosing && [...this.#claimed].some((key) => !isKept(key));
  }

  #isSurplus({ isLost, ownership }: OwnedPartition): boolean {
    return this.#isClosing || isLost || !this.#share.has(keyOf(ownership));
  }

  async #release(surplus: readonly OwnedPartition[]): Promise<void> {
    if (surplus.length === 0) return;
    await Promise.all(surplus.map((owned) => owned.stop()));
    const ownerships = surplus.map(({ ownership }) => ownership);
    try {
      await this.#parts.handlers.revoked(ownerships, this.#parts.consumer);
    } catch (error) {
      this.#parts.handlers.failed(error);
    }
    for (const ownership of ownerships) this.#owned.delete(keyOf(ownership));
  }

  async #acquire(): Promise<void> {
    const gain = this.#isClosing ? [] : [...this.#share.values()].filter((id) => !this.get(id));
    if (gain.length === 0) return;
    try {
      const described = await this.#parts.describe(gain);
      // What was described may have gone to others and come back since.
      if (this.#hasChanged) return;
      await this.#own(described.map((each) => ({ ...each, epoch: nextEpoch() })));
      this.#failures = 0;
    } catch (error) {
      this.#parts.handlers.failed(error);
      await this.#release(gain.flatMap((id) => this.get(id) ?? []));
      this.#failures++;
      this.#retry = setTimeout(() => void this.#follow(), retryDelay(RETRY_DELAY_MS, this.#failures));
    }
  }

  async #own(assignments: readonly Assignment[]): Promise<void> {
    const gained = assignments.map(({ topic, partition, epoch, begin, end, committed }) => {
      // What retention has deleted, or a log that was cut, can't be gone on from.
      const isThere = committed !== null && committed.offset >= begin && committed.offset <= end;
      const owned = new OwnedPartition({ topic, partition, epoch }, isThere ? committed.offset : begin, this.#parts);
      this.#owned.set(keyOf(owned.ownership), owned);
      return owned;
    });
    await this.#parts.handlers.assigned(assignments, this.#parts.consumer);
    for (const owned of gained) if (!this.#isSurplus(owned)) owned.open();
  }
}

function nextEpoch(): number {
  lastEpoch = Math.max(lastEpoch + 1, Date.now());
  return lastEpoch;
}

function keyOf({ topic, partition }: PartitionId): string {
  return `${topic}/${partition}`;
}
