import { setTimeout as pause } from 'node:timers/promises';
import type { TopicProblem } from '../bus/kafka/topic-problem.ts';
import type { TopicSpec } from '../bus/port.ts';
import { ForensicsError, hasCode, messageOf } from '../error.ts';
import { TOPICS } from '../topics.ts';

/** Who waits asks again this often, and says this often that it waits. */
const ASK_EVERY_MS = 1000;
const SAY_EVERY_MS = 60_000;

/** The part of the Kafka driver that a check needs. */
export interface CheckedLog {
  checkTopics(specs: readonly TopicSpec[]): Promise<readonly TopicProblem[]>;
}

/**
 * Looks at the project's topics as they are; what records survive is told to `warn`.
 * @throws ForensicsError FF_BAD_TOPICS with all that is wrong and what to do; FF_LOG_UNAVAILABLE if Kafka does not answer
 */
export async function checkTopics(log: CheckedLog, warn: (message: string) => void): Promise<void> {
  const problems = await log.checkTopics(TOPICS);
  for (const each of problems) if (!each.isFatal) warn(describe(each));
  const fatal = problems.filter(({ isFatal }) => isFatal);
  if (fatal.length > 0) throw new ForensicsError('FF_BAD_TOPICS', fatal.map(describe).join('\n'));
}

/**
 * Repeats an attempt while `waitsFor` says so of what it throws, for ever, and tells `warn` now and then.
 * @throws what the attempt throws otherwise
 */
export async function untilKafkaAnswers<T>(
  warn: (message: string) => void,
  attempt: () => Promise<T>,
  waitsFor: (error: unknown) => boolean = isAway,
): Promise<T> {
  for (let saidMs = -Infinity; ; await pause(ASK_EVERY_MS)) {
    try {
      return await attempt();
    } catch (error) {
      if (!waitsFor(error)) throw error;
      if (performance.now() - saidMs < SAY_EVERY_MS) continue;
      saidMs = performance.now();
      warn(`waiting for Kafka: ${messageOf(error)}`);
    }
  }
}

function isAway(error: unknown): boolean {
  return hasCode(error, 'FF_LOG_UNAVAILABLE');
}

function describe({ topic, problem }: TopicProblem): string {
  return `topic ${topic} ${problem}`;
}
