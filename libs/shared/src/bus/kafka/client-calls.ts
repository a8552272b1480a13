import type { PartitionId } from '../port.ts';
import type { RecordBatch } from './record-batch.ts';

/** What the driver uses of kafkajs, as its client gives it. Every call rejects with an error of kafkajs. */
export interface AdminCalls {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  /** False if all of them were there. */
  createTopics(request: { topics: NewTopic[]; waitForLeaders: boolean }): Promise<boolean>;
  fetchTopicMetadata(request: {
    topics: string[];
  }): Promise<{ topics: { name: string; partitions: { partitionId: number }[] }[] }>;
  describeConfigs(request: {
    resources: { type: number; name: string }[];
    includeSynonyms: boolean;
  }): Promise<{ resources: { resourceName: string; configEntries: { configName: string; configValue: string }[] }[] }>;
  fetchTopicOffsets(topic: string): Promise<{ partition: number; low: string; high: string }[]>;
  /** Offset -1: nothing is committed. */
  fetchOffsets(request: {
    groupId: string;
    topics: string[];
  }): Promise<{ topic: string; partitions: { partition: number; offset: string; metadata: string | null }[] }[]>;
}

export interface NewTopic {
  topic: string;
  numPartitions: number;
  /** -1: the broker's default. */
  replicationFactor: number;
  configEntries: { name: string; value: string }[];
}

export interface ProducerCalls {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  /** `value` is an encoded record batch, at most one for a partition. Rejects if all of a broker's were refused. */
  sendBatch(request: {
    acks: number;
    timeout: number;
    topicMessages: { topic: string; messages: { partition: number; value: Buffer }[] }[];
  }): Promise<readonly { readonly topicName: string; readonly partition: number; readonly errorCode: number }[]>;
}

/** Record batches of one partition that came with one fetch. */
export interface Fetch extends PartitionId {
  /** The offset that was asked for: the first batch may begin before it. */
  readonly from: number;
  /** The offset of the next record to come. */
  readonly end: number;
  /** At least one. */
  readonly batches: readonly RecordBatch[];
  /** Has the next fetch begin behind this offset, unless a seek says otherwise. */
  done(offset: number): void;
}

export interface GroupEvents {
  /** The group gave the member its share. Called before the first fetch of it. Must not throw. */
  joined(memberId: string, share: Readonly<Record<string, readonly number[]>>): void;
  /** The next fetch from the same broker waits for it. Must not reject. */
  fetched(fetch: Fetch): Promise<void>;
  /** The member has left its group after an error, for good or to join again soon as a new member. Must not throw. */
  stopped(error: unknown, isJoiningAgain: boolean): void;
}

export interface GroupOptions {
  readonly groupId: string;
  readonly protocol: Protocol;
  readonly sessionTimeoutMs: number;
  /** What a fetch brings of one partition at most; one batch always comes. */
  readonly partitionBytes: number;
}

/** How the members of a group agree on who owns what: KIP-429's idea, in the user data of a protocol of ours. */
export interface Protocol {
  /** All members of a group have to use the same. */
  readonly name: string;
  /** What this member says of itself when it joins. */
  claim(): Buffer;
  /** Called on the member that leads the group. */
  assign(members: readonly MemberOfGroup[], topics: readonly PartitionCount[]): Map<string, Record<string, number[]>>;
}

export interface MemberOfGroup {
  readonly memberId: string;
  readonly topics: readonly string[];
  readonly claim: Buffer;
}

export interface PartitionCount {
  readonly topic: string;
  readonly count: number;
}

/** A member of a group. Seeks, pauses and resumes take effect while it is one, and are nothing before and after. */
export interface GroupCalls {
  /** Resolves when it has joined, or when the first attempt has failed and more will come. */
  start(topics: readonly string[]): Promise<void>;
  seek(id: PartitionId, offset: number): void;
  pause(id: PartitionId): void;
  resume(id: PartitionId): void;
  /** False if the member had stopped, and nothing was committed. */
  commit(commits: readonly (PartitionId & { readonly offset: number; readonly metadata: string })[]): Promise<boolean>;
  /** Joins again soon, to say that it claims something else now. */
  rejoin(): void;
  /** Leaves the group. */
  stop(): Promise<void>;
}

/** Something that kafkajs logs. */
export interface LogEntry {
  readonly namespace: string;
  readonly label: string;
  readonly log: { readonly message: string; readonly [field: string]: unknown };
}
