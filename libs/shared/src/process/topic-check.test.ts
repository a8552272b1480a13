import { describe, expect, it } from 'vitest';
import type { TopicProblem } from '../bus/kafka/topic-problem.ts';
import { ForensicsError } from '../error.ts';
import { TOPICS } from '../topics.ts';
import { checkTopics, type CheckedLog, untilKafkaAnswers } from './topic-check.ts';

const AWAY = new ForensicsError('FF_LOG_UNAVAILABLE', 'no broker answers');
const MISSING: TopicProblem = { topic: 'forensic.blocks', problem: 'is missing: make it', isFatal: true };
const SHORT: TopicProblem = { topic: 'forensic.filings', problem: 'has a short retention', isFatal: false };

/** Gives these answers one after the other. */
function logWith(...answers: readonly (Error | TopicProblem[])[]) {
  const left = [...answers];
  const log: CheckedLog = {
    checkTopics: async (specs) => {
      expect(specs).toBe(TOPICS);
      const answer = left.shift();
      if (answer === undefined || answer instanceof Error) throw answer;
      return answer;
    },
  };
  return { log, left };
}

describe('the topics at start', () => {
  it('that would lose records are an error that names each, and what to do', async () => {
    const { log } = logWith([MISSING, { ...MISSING, topic: 'forensic.filings' }, SHORT]);
    await expect(checkTopics(log, () => {})).rejects.toMatchObject({
      code: 'FF_BAD_TOPICS',
      message: 'topic forensic.blocks is missing: make it\ntopic forensic.filings is missing: make it',
    });
  });

  it('that are only not as planned are warned of', async () => {
    const warnings: string[] = [];
    await checkTopics(logWith([SHORT]).log, (warning) => warnings.push(warning));
    expect(warnings).toEqual(['topic forensic.filings has a short retention']);
  });

  it('are waited for while Kafka does not answer, which is said once and not at each attempt', async () => {
    const { log, left } = logWith(AWAY, AWAY, []);
    const warnings: string[] = [];
    const warn = (warning: string) => warnings.push(warning);
    await untilKafkaAnswers(warn, () => checkTopics(log, warn));
    expect(left).toEqual([]);
    expect(warnings).toEqual(['waiting for Kafka: no broker answers']);
  });

  it('are waited for no longer when Kafka says that they are wrong', async () => {
    const { log } = logWith(AWAY, [MISSING], []);
    const ignore = () => {};
    const waiting = untilKafkaAnswers(ignore, () => checkTopics(log, ignore));
    await expect(waiting).rejects.toMatchObject({ code: 'FF_BAD_TOPICS' });
  });
});
