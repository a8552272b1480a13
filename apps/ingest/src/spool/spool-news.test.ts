import { describe, expect, it } from 'vitest';
import { SpoolNews, type SpoolStatus } from './spool-news.ts';

const ERROR = new Error('no broker answers');

function setUp() {
  const said: string[] = [];
  const clock = { nowMs: 0 };
  const news = new SpoolNews(
    'Kafka',
    '/spool',
    (message) => said.push(message),
    () => clock.nowMs,
  );
  return { said, clock, news };
}

function status(depth: number, ageMs: number): SpoolStatus {
  return { mode: 'spooling', depth, ageMs };
}

describe('an operator', () => {
  it('is told once that Kafka is away, however many sends see it, and then once a minute how much waits', () => {
    const { said, clock, news } = setUp();
    for (; clock.nowMs < 60_000; clock.nowMs += 1000) news.away(ERROR, status(1, 0));
    expect(said).toEqual([expect.stringMatching(/Kafka takes nothing now.*\/spool.*no broker answers/)]);
    news.away(ERROR, status(42, 59_600));
    expect(said.slice(1)).toEqual([expect.stringMatching(/42 records wait, the oldest for 60 s/)]);
  });

  it('is told that it is back, if it was away', () => {
    const { said, news } = setUp();
    news.back();
    expect(said).toEqual([]);
    news.away(ERROR, status(1, 0));
    news.back();
    news.back();
    news.away(ERROR, status(1, 0));
    expect(said).toHaveLength(3);
  });
});
