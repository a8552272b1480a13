import { MAX_STORED_RECORD_BYTES } from '../record-bounds.ts';
import type { TopicSpec } from '../port.ts';

/** What is wrong with a topic, and what to do about it. */
export interface TopicProblem {
  readonly topic: string;
  readonly problem: string;
  /** True if records would be lost, refused or misread. */
  readonly isFatal: boolean;
}

/** A topic as it is; null: it is missing. */
export interface FoundTopic {
  readonly partitions: number;
  /** By Kafka's names. */
  readonly configs: ReadonlyMap<string, string>;
}

/** A record of 1 MiB, its batch's header, and some room: what topics are made with and have to allow. */
export const MIN_MESSAGE_BYTES = MAX_STORED_RECORD_BYTES + 4096;

/** The configuration with which a topic is created. */
export function topicConfigs({ retentionMs, retentionBytes }: TopicSpec): Record<string, string> {
  return {
    'message.timestamp.type': 'LogAppendTime',
    'cleanup.policy': 'delete',
    'max.message.bytes': String(MIN_MESSAGE_BYTES),
    'retention.ms': String(retentionMs || -1),
    'retention.bytes': String(retentionBytes || -1),
  };
}

/** Compares a topic with what it is to be. */
export function topicProblems(spec: TopicSpec, found: FoundTopic | null): TopicProblem[] {
  const topic = spec.name;
  if (!found) return [{ topic, problem: 'is missing: run fleet-forensics topics create', isFatal: true }];
  const fatal = [timestampProblem(found), cleanupProblem(found), sizeProblem(found)];
  const warnings = [partitionProblem(spec, found), ...retentionProblems(spec, found)];
  return [
    ...fatal.flatMap((problem) => problem ?? []).map((problem) => ({ topic, problem, isFatal: true })),
    ...warnings.flatMap((problem) => problem ?? []).map((problem) => ({ topic, problem, isFatal: false })),
  ];
}

function timestampProblem({ configs }: FoundTopic): string | undefined {
  const type = configs.get('message.timestamp.type');
  if (type === 'LogAppendTime') return undefined;
  return `has message.timestamp.type=${type}: records would carry their publishers' clocks. Set it to LogAppendTime`;
}

function cleanupProblem({ configs }: FoundTopic): string | undefined {
  const policy = configs.get('cleanup.policy') ?? '';
  if (!policy.split(',').includes('compact')) return undefined;
  return `has cleanup.policy=${policy}: compaction would delete records that are needed. Set it to delete`;
}

function sizeProblem({ configs }: FoundTopic): string | undefined {
  const bytes = Number(configs.get('max.message.bytes'));
  if (bytes >= MIN_MESSAGE_BYTES) return undefined;
  return `has max.message.bytes=${bytes}: the largest records would be refused. Set it to at least ${MIN_MESSAGE_BYTES}`;
}

function partitionProblem(spec: TopicSpec, { partitions }: FoundTopic): string | undefined {
  if (partitions >= spec.partitions) return undefined;
  return `has ${partitions} partitions, ${spec.partitions} are planned: no more than ${partitions} consumers can share it`;
}

function retentionProblems(spec: TopicSpec, { configs }: FoundTopic): (string | undefined)[] {
  const shorter = (name: string, planned: number) => {
    const found = Number(configs.get(name));
    const isLongEnough = found < 0 || (planned > 0 && found >= planned);
    return isLongEnough
      ? undefined
      : `has ${name}=${found}, planned is ${planned || -1}: raise it, or records go before they are used`;
  };
  return [shorter('retention.ms', spec.retentionMs), shorter('retention.bytes', spec.retentionBytes)];
}
