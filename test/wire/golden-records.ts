import type { BlockPart, DeadLetter, Filing } from '@fleet-forensics/shared/wire/block';
import type { CheckpointPart } from '@fleet-forensics/shared/wire/checkpoint';
import { encodeCheckpointPart } from '@fleet-forensics/shared/wire/checkpoint-codec';
import {
  decodeBlockPart,
  decodeDeadLetter,
  decodeFiling,
  decodeSessionRecord,
  encodeBatch,
  encodeBlockPart,
  encodeDeadLetter,
  encodeFiling,
  encodeTick,
} from '@fleet-forensics/shared/wire/codec';
import { MessageListWriter } from '@fleet-forensics/shared/wire/message-list-writer';
import type { SessionBatch, SessionContext } from '@fleet-forensics/shared/wire/session-event';

/** A record whose bytes are checked in: what one version wrote, every later one must read. */
export interface Golden {
  readonly name: string;
  readonly encoded: Buffer;
  readonly decode: (bytes: Uint8Array) => unknown;
  readonly value: unknown;
}

function messages(): Buffer {
  const writer = new MessageListWriter();
  writer.append(5, 7, 1_795_422_257_266_123, 16_044, Buffer.from('signals blocked'));
  writer.append(3, 5, 1_795_422_257_267_000, 16_044, Buffer.from([0x00, 0x1b, 0x0a, 0x0d, 0xe9, 0xff]));
  writer.append(2, -1, 1_795_422_257_266_999, 0, Buffer.alloc(0));
  writer.append(0, 50, 0, 7, Buffer.from('no time'));
  return writer.take();
}

const CONTEXT: SessionContext = {
  clientAddress: '192.0.2.17',
  serverAddress: '::ffff:192.0.2.1:21',
  protocol: 'ftp',
  user: 'tj',
  attemptedUser: 'tëa',
  uniqueId: 'awPKhX8AAAF/AAABAAAzykH/',
  serverName: 'ftp.example.org',
  uid: 501,
  gid: 4_294_967_295,
  elapsedMs: 1245,
  rawBytesIn: 46,
  rawBytesOut: 158,
  totalBytesIn: 9_007_199_254_740_991,
  totalBytesOut: 0,
  totalFilesIn: 1,
  totalFilesOut: 2,
};

const CRITERION = { name: 'FailedLogin', seq: 5, timeUs: 1_795_422_257_268_000, detail: 'PASS', requestedBy: 'ops' };

const BATCH: SessionBatch = {
  node: 'ftp-eu-1',
  session: '1795422257266-16044',
  firstSeq: 1,
  messageCount: 4,
  messages: messages(),
  open: true,
  keepAliveS: 5,
  keepAlive: true,
  dropped: 3,
  notCaptured: 2,
  context: CONTEXT,
  policy: {
    bufferSize: 1024,
    bufferBytes: 67_108_864,
    criteria: ['FailedLogin', 'UntimelyDeath'],
    capture: [3, 5],
    file: '/forensic.log',
    formats: ['extended'],
    name: 'ftp.example.org',
    version: 281_474_976_710_655,
  },
  criterion: CRITERION,
  end: { reason: 'quit' },
};

const PART: BlockPart = {
  blockId: Buffer.from('4be0c1d2e3f405162738495a6b7c8d9e', 'hex'),
  part: 0,
  parts: 2,
  messages: messages(),
  header: {
    node: 'ftp-eu-1',
    session: '1795422257266-16044',
    criterion: CRITERION,
    context: CONTEXT,
    file: '/forensic.log',
    formats: ['extended'],
    ledger: {
      firstSeq: 1,
      lastSeq: 340,
      received: 340,
      evicted: 4,
      missing: 3,
      repeated: 2,
      droppedAtSource: 1,
      criteriaFired: 1,
    },
    sourceTopic: 'forensic.session-events',
    sourcePartition: 11,
    sourceOffset: 1_099_511_627_776,
    messageCount: 3,
    skip: 1,
  },
};

const TRACED_BATCH: SessionBatch = {
  ...BATCH,
  criterion: { ...CRITERION, traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' },
};

const TRACED_PART: BlockPart = {
  ...PART,
  header: {
    ...PART.header!,
    criterion: TRACED_BATCH.criterion!,
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-4be0c1d2e3f40516-01',
  },
};

const FILING: Filing = {
  blockId: PART.blockId,
  node: 'ftp-eu-1',
  session: '1795422257266-16044',
  criterion: 'FailedLogin',
  file: '/forensic.log',
  offset: 4096,
  length: 33_120,
  sha256: Buffer.alloc(32, 0xab),
  chain: Buffer.alloc(32, 0xcd),
  filedAtUs: 1_795_422_257_300_000,
  generation: 0,
};

const LATER_FILING: Filing = { ...FILING, offset: 0, generation: 3 };

const LETTER: DeadLetter = {
  topic: 'forensic.session-events',
  partition: 3,
  offset: 12,
  error: 'FF_BAD_RECORD: session event does not parse',
  key: Buffer.from('ftp-eu-1\0x'),
  value: Buffer.from([0xff, 0x00]),
};

const TICK = { idleS: 21_600, dropBefore: 1_099_511_627_777 };

const CHECKPOINT: CheckpointPart = {
  node: 'ftp-eu-1',
  session: '1795422257266-16044',
  asOf: 1_099_511_627_776,
  part: 0,
  parts: 2,
  messages: messages(),
  state: {
    context: CONTEXT,
    policy: BATCH.policy!,
    ledger: PART.header!.ledger,
    lastSeq: 340,
    lastRecordMs: 1_795_422_257_300,
    lastOffset: 1_099_511_627_775,
    keepAliveS: 5,
    ringCount: 3,
    chunks: [
      { count: 3, bytes: 120 },
      { count: 1, bytes: 40 },
    ],
  },
};

export const GOLDEN: readonly Golden[] = [
  {
    name: 'session-batch',
    encoded: encodeBatch(BATCH),
    decode: decodeSessionRecord,
    value: { kind: 'batch', batch: BATCH },
  },
  {
    name: 'session-batch-traced',
    encoded: encodeBatch(TRACED_BATCH),
    decode: decodeSessionRecord,
    value: { kind: 'batch', batch: TRACED_BATCH },
  },
  { name: 'tick', encoded: encodeTick(TICK), decode: decodeSessionRecord, value: { kind: 'tick', tick: TICK } },
  {
    name: 'checkpoint',
    encoded: encodeCheckpointPart(CHECKPOINT),
    decode: decodeSessionRecord,
    value: { kind: 'checkpoint', part: CHECKPOINT },
  },
  { name: 'block-part', encoded: encodeBlockPart(PART), decode: decodeBlockPart, value: PART },
  { name: 'block-part-traced', encoded: encodeBlockPart(TRACED_PART), decode: decodeBlockPart, value: TRACED_PART },
  { name: 'filing', encoded: encodeFiling(FILING), decode: decodeFiling, value: FILING },
  { name: 'filing-generation', encoded: encodeFiling(LATER_FILING), decode: decodeFiling, value: LATER_FILING },
  { name: 'dead-letter', encoded: encodeDeadLetter(LETTER), decode: decodeDeadLetter, value: LETTER },
];
