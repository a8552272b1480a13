import { setImmediate as nextTurn } from 'node:timers/promises';
import { ForensicsError } from '../../error.ts';
import type {
  Commit,
  Consumer,
  ConsumerHandlers,
  ConsumerOptions,
  GroupPartition,
  OffsetRange,
  Ownership,
  PartitionId,
} from '../port.ts';
import { MAX_METADATA_BYTES } from '../record-bounds.ts';
import { RETRY_DELAY_MS } from '../retry-delay.ts';
import type { Turns } from '../turns.ts';
import type { GroupCalls, GroupEvents, GroupOptions } from './client-calls.ts';
import { CommitQueue } from './commit-queue.ts';
import { assign, PROTOCOL_NAME } from './cooperative-protocol.ts';
import { within } from './deadline.ts';
import { GroupShare } from './group-share.ts';
import { fromKafka, hasType, isRebalance } from './kafka-errors.ts';

/** Bounds of what one fetch brings of a partition, and of what waits for the handler beside it. */
const MIN_PARTITION_BYTES = 1024 * 1024;
const MAX_PARTITION_BYTES = 4 * 1024 * 1024;

export interface KafkaConsumerParts {
  readonly connect: (group: GroupOptions, events: GroupEvents) => GroupCalls;
  readonly describe: (group: string, partitions: readonly PartitionId[]) => Promise<GroupPartition[]>;
  readonly offsets: (id: PartitionId) => Promise<OffsetRange>;
  readonly sessionTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly turns: Turns;
  readonly fatal: (error: unknown) => void;
  readonly closed: (consumer: KafkaConsumer) => void;
}

/** A member of a group on Kafka: the port's calls, and the way of what comes from the group and the fetches. */
export class KafkaConsumer implements Consumer {
  readonly #options: ConsumerOptions;
  readonly #handlers: ConsumerHandlers;
  readonly #parts: KafkaConsumerParts;
  readonly #group: GroupCalls;
  readonly #share: GroupShare;
  readonly #commits: CommitQueue;
  #closing: Promise<void> | undefined;

  constructor(options: ConsumerOptions, handlers: ConsumerHandlers, parts: KafkaConsumerParts) {
    this.#options = options;
    this.#handlers = handlers;
    this.#parts = parts;
    const partitionBytes = Math.min(Math.max(options.maxBatchBytes, MIN_PARTITION_BYTES), MAX_PARTITION_BYTES);
    const protocol = { name: PROTOCOL_NAME, claim: () => this.#share.claim(), assign };
    const { sessionTimeoutMs } = parts;
    this.#group = parts.connect({ groupId: options.group, protocol, sessionTimeoutMs, partitionBytes }, this.#events());
    this.#commits = new CommitQueue(this.#group);
    this.#share = new GroupShare({
      handlers,
      consumer: this,
      tap: this.#group,
      terms: {
        ...options,
        retryDelayMs: RETRY_DELAY_MS,
        turns: parts.turns,
        batch: (batch) => handlers.batch(batch, this),
        failed: (error) => handlers.failed(error),
      },
      capacityBytes: partitionBytes,
      describe: (partitions) => parts.describe(options.group, partitions),
      offsets: parts.offsets,
      gaveBack: () => this.#group.rejoin(),
    });
  }

  /** Joins; handlers are called in later turns of the event loop. */
  async start(): Promise<void> {
    await this.#group.start(this.#options.topics);
    setImmediate(() => this.#share.start());
  }

  /** No effect on a partition that is not owned; so for pause and resume. */
  seek(partition: PartitionId, offset: number): void {
    this.#share.get(partition)?.delivery.seek(offset);
  }

  pause(partition: PartitionId): void {
    this.#share.get(partition)?.delivery.pause();
  }

  resume(partition: PartitionId): void {
    this.#share.get(partition)?.delivery.resume();
  }

  async commit(ownership: Ownership, commit: Commit): Promise<void> {
    refuseBadCommit(ownership, commit);
    for (;;) {
      if (!this.#share.owns(ownership)) throw lost(ownership);
      const { nextJoin } = this.#share;
      try {
        await this.#patiently(this.#commits.save(ownership, commit), ownership);
        return;
      } catch (error) {
        if (!this.#share.owns(ownership)) throw lost(ownership, error);
        if (hasType(error, 'UNKNOWN_MEMBER_ID')) {
          this.#share.left();
          throw lost(ownership, error);
        }
        if (!isRebalance(error)) throw fromKafka(error, `A commit on ${ownership.topic}/${ownership.partition} failed`);
        // The group is being shared out: what stays ours is committed in its next generation.
        await this.#patiently(nextJoin, ownership);
      }
    }
  }

  /** Lets fetches and heartbeats, which go on by themselves, have their turn between two pieces of work. */
  async heartbeat(): Promise<void> {
    await nextTurn();
    if (!this.#share.hasLost) return;
    throw new ForensicsError(
      'FF_PARTITION_LOST',
      'The group has gone on without this consumer: drop what was kept for its partitions',
    );
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#share.close();
    try {
      await within(this.#group.stop(), 2 * this.#parts.requestTimeoutMs, () => this.#late('Leaving the group'));
    } catch (error) {
      this.#handlers.failed(
        fromKafka(error, `Group ${this.#options.group} can't be left, it will notice after the session time-out`),
      );
    }
    this.#parts.closed(this);
  }

  #events(): GroupEvents {
    return {
      joined: (memberId, share) => this.#share.joined(memberId, share),
      fetched: async (fetch) => {
        try {
          const owned = this.#share.get(fetch);
          if (owned) await owned.take(fetch);
          else this.#group.pause(fetch);
        } catch (error) {
          this.#handlers.failed(error);
        }
      },
      stopped: (error, isJoiningAgain) => {
        this.#share.left();
        const what = `Group ${this.#options.group} was left`;
        if (isJoiningAgain) this.#handlers.failed(fromKafka(error, what));
        else this.#parts.fatal(fromKafka(error, `${what} for good`));
      },
    };
  }

  /** kafkajs goes on trying for as long as a consumer does; a commit's caller has to know earlier. */
  #patiently(work: Promise<void>, { topic, partition }: PartitionId): Promise<void> {
    const patienceMs = 2 * this.#parts.requestTimeoutMs + 3 * this.#parts.sessionTimeoutMs;
    return within(work, patienceMs, () => this.#late(`A commit on ${topic}/${partition}`));
  }

  #late(what: string): ForensicsError {
    return new ForensicsError('FF_LOG_UNAVAILABLE', `${what} takes too long: look after the brokers`);
  }
}

function refuseBadCommit({ topic, partition }: PartitionId, { offset, metadata }: Commit): void {
  const metadataBytes = Buffer.byteLength(metadata);
  if (Number.isInteger(offset) && offset >= 0 && metadataBytes <= MAX_METADATA_BYTES) return;
  throw new ForensicsError(
    'FF_BAD_COMMIT',
    `A commit of offset ${offset} with ${metadataBytes} bytes of metadata on ${topic}/${partition} is not valid: ` +
      `expected a whole number of at least 0 and at most ${MAX_METADATA_BYTES} bytes`,
  );
}

function lost({ topic, partition, epoch }: Ownership, cause?: unknown): ForensicsError {
  return new ForensicsError(
    'FF_PARTITION_LOST',
    `${topic}/${partition} is not owned under epoch ${epoch} any more: drop what was kept for it, its new owner starts from the last commit`,
    { cause },
  );
}
