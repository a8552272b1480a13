import type { TopicSpec } from '@fleet-forensics/shared/bus/port';
import { DEAD_LETTERS, TOPICS } from '@fleet-forensics/shared/topics';
import { usageError, wholeNumber } from '../options.ts';
import { printable } from '../terminal.ts';

/** What a broker can be asked for without a long thought; Kafka itself has no bound. */
const PARTITIONS = [1, 10_000] as const;

export interface PlannedTopic extends TopicSpec {
  /** Its number of partitions was asked for, and is not just the default. */
  readonly isAskedFor: boolean;
}

/**
 * The project's topics, with the numbers of partitions that the command line gives.
 * @param counts `TOPIC=N` each
 * @throws ForensicsError FF_USAGE
 */
export function plannedTopics(counts: readonly string[], hint: string): PlannedTopic[] {
  const asked = new Map<string, number>();
  for (const count of counts) {
    const [name, partitions] = readCount(count, hint);
    if (asked.has(name)) throw usageError(`--partitions: ${name} is given twice`, '', [], hint);
    asked.set(name, partitions);
  }
  return TOPICS.map((topic) => {
    const partitions = asked.get(topic.name);
    return { ...topic, partitions: partitions ?? topic.partitions, isAskedFor: partitions !== undefined };
  });
}

function readCount(written: string, hint: string): [name: string, partitions: number] {
  const [name = '', number, ...more] = written.split('=');
  if (number === undefined || more.length > 0) {
    throw usageError(`--partitions ${printable(written)} is not TOPIC=N`, '', [], hint);
  }
  const names = TOPICS.map((topic) => topic.name);
  if (!names.includes(name)) throw usageError(`--partitions: unknown topic ${printable(name)}`, name, names, hint);
  const partitions = wholeNumber(number, `--partitions ${name}:`, PARTITIONS, hint);
  if (name !== DEAD_LETTERS || partitions === 1) return [name, partitions];
  throw usageError(`--partitions: ${name} has one partition, because its letters are named by their offsets`, '', [], hint);
}
