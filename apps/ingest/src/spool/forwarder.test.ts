import { ForensicsError } from '@fleet-forensics/shared/error';
import { DEAD_LETTERS } from '@fleet-forensics/shared/topics';
import { describe, expect, it } from 'vitest';
import { FlakyKafka } from './flaky-kafka.fixture.ts';
import { openSpool, recordOf, textsIn } from './scratch-spool.fixture.ts';

const PATIENCE = { timeout: 20_000 };

/** Kafka that takes no record with an x in it on these topics. */
async function drainedAgainst(...topics: readonly string[]) {
  const kafka = new FlakyKafka();
  const warnings: string[] = [];
  const { producer, counters } = await openSpool({ kafka, warn: (message) => warnings.push(message) });
  kafka.mood = 'down';
  for (const text of ['1', 'x', '2', '3']) await producer.send('t', [recordOf(text)]);
  kafka.refuses = (topic, { value }) =>
    topics.includes(topic) && Buffer.from(value).includes('x')
      ? new ForensicsError('FF_RECORD_TOO_LARGE', 'too large')
      : undefined;
  kafka.mood = 'up';
  await expect.poll(() => producer.status.mode, PATIENCE).toBe('direct');
  return { kafka, counters, warnings: warnings.filter((warning) => warning.includes('never be taken')) };
}

describe('a spooled record that Kafka never takes', () => {
  it('goes to the dead letters, and what is behind it goes on in order', async () => {
    const { kafka, counters, warnings } = await drainedAgainst('t');
    expect(textsIn(kafka)).toEqual(['1', '2', '3']);
    expect(textsIn(kafka, DEAD_LETTERS)).toEqual([expect.stringContaining('FF_RECORD_TOO_LARGE')]);
    expect(counters).toMatchObject({ spooled: 4, drained: 4, spoolDeadLetters: 1, spoolLost: 0 });
    expect(warnings).toEqual([expect.stringContaining('it went to forensic.dead-letters')]);
  });

  it('and no dead letter of it either, is lost, said and counted', async () => {
    const { kafka, counters, warnings } = await drainedAgainst('t', DEAD_LETTERS);
    expect(textsIn(kafka)).toEqual(['1', '2', '3']);
    expect(counters).toMatchObject({ drained: 4, spoolDeadLetters: 0, spoolLost: 1 });
    expect(warnings).toEqual([expect.stringContaining('it is lost')]);
  });
});
