import { createRequire } from 'node:module';
import { connect as connectTcp, isIP } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type kafkajs from 'kafkajs';
import { amend, type BatchMessage } from './amendments.ts';
import type {
  AdminCalls,
  GroupCalls,
  GroupEvents,
  GroupOptions,
  LogEntry,
  MemberOfGroup,
  ProducerCalls,
  Protocol,
} from './client-calls.ts';
import type { RecordBatch } from './record-batch.ts';

const load = createRequire(import.meta.url);

/** The only way to kafkajs: its version is the one that {@link amend} knows (package.json pins it). */
const { AssignerProtocol, Kafka, logLevel } = loadKafkajs();

export interface ClientOptions {
  /** host:port */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly tls: ConnectionOptions | null;
  readonly sasl: { readonly mechanism: string; readonly username: string; readonly password: string } | null;
  readonly requestTimeoutMs: number;
  /** Told what kafkajs logs as an error. */
  readonly log: (entry: LogEntry) => void;
}

/** A connection that can't be opened for this long is refused, milliseconds. */
const CONNECT_TIMEOUT_MS = 3000;
/** Of a single call; who needs more patience repeats the call. */
const CALL_RETRIES = { initialRetryTime: 50, maxRetryTime: 500, retries: 2 };
/** Pauses between the attempts of a consumer. After the last one kafkajs leaves the group and begins anew. */
const CONSUMER_PAUSE_MS = 1000;
const HEARTBEATS_PER_SESSION = 20;
/** A fetch waits for records this long, milliseconds: also what a resumed partition may wait. */
const FETCH_WAIT_MS = 100;
/**
 * After less than this of a partition the next fetch is put off, so that it brings more: a consumer that keeps up spends most of
 * its time, and the broker's, on fetches of a few records else.
 */
const SMALL_FETCH_BYTES = 256 * 1024;
const FETCH_PAUSE_MS = 8;
/** Of one fetch from one broker. */
const FETCH_BYTES = 16 * 1024 * 1024;
/** Fetched partitions that may wait for room in their buffers at a time, without the others waiting behind them. */
const WAITING_PARTITIONS = 64;

export function connectAdmin(options: ClientOptions): AdminCalls {
  return kafka(options).admin();
}

/** Repeats a little, so that brokers that have taken their part are left out of it; its caller knows how long that makes sense. */
export function connectProducer(options: ClientOptions): ProducerCalls {
  return kafka(options).producer({
    allowAutoTopicCreation: false,
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition!,
    retry: CALL_RETRIES,
  });
}

/** A member of a group. Each has a client of its own: kafkajs shares what it thinks is committed among those of one client. */
export function connectConsumer(options: ClientOptions, group: GroupOptions, events: GroupEvents): GroupCalls {
  // A broker that comes back within the session time-out finds the member where it was; after twice that it is surely forgotten.
  const retries = Math.ceil((2 * group.sessionTimeoutMs) / CONSUMER_PAUSE_MS);
  const retry = { initialRetryTime: 100, maxRetryTime: CONSUMER_PAUSE_MS, retries };
  const consumer = kafka(options, retry).consumer({
    groupId: group.groupId,
    partitionAssigners: [({ cluster }) => assigner(group.protocol, cluster)],
    sessionTimeout: group.sessionTimeoutMs,
    rebalanceTimeout: 3 * group.sessionTimeoutMs,
    heartbeatInterval: group.sessionTimeoutMs / HEARTBEATS_PER_SESSION,
    maxBytesPerPartition: group.partitionBytes,
    minBytes: 1,
    maxBytes: Math.max(FETCH_BYTES, group.partitionBytes),
    maxWaitTimeInMs: FETCH_WAIT_MS,
    // As Kafka's own consumers by default. kafkajs hands out some aborted records anyway.
    readUncommitted: true,
    allowAutoTopicCreation: false,
    retry,
  });
  let isMember = false;
  let wantsToRejoin = false;
  let committed = 0;
  consumer.on('consumer.group_join', ({ payload }) => {
    isMember = true;
    events.joined(payload.memberId, payload.memberAssignment);
  });
  consumer.on('consumer.stop', () => void (isMember = false));
  consumer.on('consumer.crash', ({ payload }) => events.stopped(payload.error, payload.restart));
  consumer.on('consumer.commit_offsets', () => void committed++);
  consumer.on('consumer.fetch_start', () => {
    if (!wantsToRejoin) return;
    wantsToRejoin = false;
    // The one way to have kafkajs join again: an error in its fetch loop that looks like the coordinator's wish.
    throw Object.assign(new Error('the member gave partitions back'), { type: 'REBALANCE_IN_PROGRESS' });
  });
  return {
    async start(topics) {
      await consumer.connect();
      await consumer.subscribe({ topics: [...topics], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: WAITING_PARTITIONS,
        eachBatch: async (payload) => {
          const { batch } = payload;
          const batches = (batch.messages as unknown as BatchMessage[]).map(({ recordBatch }) => recordBatch);
          await events.fetched({
            topic: batch.topic,
            partition: batch.partition,
            from: Number((batch as unknown as { fetchedOffset: string }).fetchedOffset),
            end: Number(batch.highWatermark),
            batches,
            done: (offset) => payload.resolveOffset(String(offset)),
          });
          // The next fetch waits for this one.
          if (isSmall(batches)) await pause(FETCH_PAUSE_MS);
        },
      });
    },
    seek: ({ topic, partition }, offset) => isMember && consumer.seek({ topic, partition, offset: String(offset) }),
    pause: ({ topic, partition }) => isMember && consumer.pause([{ topic, partitions: [partition] }]),
    resume: ({ topic, partition }) => isMember && consumer.resume([{ topic, partitions: [partition] }]),
    async commit(commits) {
      const before = committed;
      await consumer.commitOffsets(commits.map((commit) => ({ ...commit, offset: String(commit.offset) })));
      return committed > before;
    },
    rejoin: () => void (wantsToRejoin = true),
    stop: () => consumer.disconnect(),
  };
}

function isSmall(batches: readonly RecordBatch[]): boolean {
  return batches.reduce((sum, { bytes }) => sum + bytes.length, 0) < SMALL_FETCH_BYTES;
}

type Cluster = Parameters<kafkajs.PartitionAssigner>[0]['cluster'];

function assigner(protocol: Protocol, cluster: Cluster): kafkajs.Assigner {
  const { name } = protocol;
  const version = 0;
  return {
    name,
    version,
    protocol: ({ topics }) => {
      const metadata = AssignerProtocol.MemberMetadata.encode({ version, topics, userData: protocol.claim() });
      return { name, metadata };
    },
    assign: async ({ members }) => {
      const decoded = members.map(({ memberId, memberMetadata }): MemberOfGroup => {
        const metadata = AssignerProtocol.MemberMetadata.decode(memberMetadata);
        return { memberId, topics: metadata?.topics ?? [], claim: metadata?.userData ?? Buffer.alloc(0) };
      });
      const topics = [...new Set(decoded.flatMap((member) => member.topics))];
      // The leader is to share out topics that it need not have asked for itself.
      await cluster.addMultipleTargetTopics(topics);
      const partitions = topics.map((topic) => ({ topic, count: cluster.findTopicPartitionMetadata(topic).length }));
      return [...protocol.assign(decoded, partitions)].map(([memberId, assignment]) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({ version, assignment, userData: Buffer.alloc(0) }),
      }));
    },
  };
}

function kafka(options: ClientOptions, retry: kafkajs.RetryOptions = CALL_RETRIES): kafkajs.Kafka {
  const { brokers, clientId, tls, sasl, requestTimeoutMs, log } = options;
  return new Kafka({
    brokers: [...brokers],
    clientId,
    ...(tls && { ssl: tls }),
    ...(sasl && { sasl: sasl as kafkajs.SASLOptions }),
    connectionTimeout: Math.min(CONNECT_TIMEOUT_MS, requestTimeoutMs),
    authenticationTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    retry,
    // Requests are written whole: waiting for more to fill a packet only delays them.
    socketFactory: ({ host, port, ssl, onConnect }) => {
      const socket = ssl
        ? connectTls({ host, port, ...(!isIP(host) && { servername: host }), ...ssl }, onConnect)
        : connectTcp({ host, port }, onConnect);
      return socket.setNoDelay(true).setKeepAlive(true, 60_000);
    },
    logLevel: logLevel.ERROR,
    logCreator: () => log,
  });
}

function loadKafkajs(): typeof kafkajs {
  const path = (module: string) => load.resolve(`kafkajs/src/${module}`);
  amend({
    load: (module) => load(path(module)) as unknown,
    replace: (module, exports) => {
      load(path(module));
      load.cache[path(module)]!.exports = exports;
    },
  });
  return load('kafkajs') as typeof kafkajs;
}
