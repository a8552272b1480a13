import { describe, expect, it } from 'vitest';
import { campaign } from './campaign.ts';
import { replay, runSeed } from './simulation.ts';

const FROM = 1;
const SEEDS = 2000;
const LOSSY_SEEDS = 200;
const TIMEOUT_MS = 600_000;

/** What has to happen somewhere in all those seeds, or they show nothing. */
const MUST_HAPPEN = [
  'arrivals of what was given up',
  'batches of a replay',
  'batches of a zombie',
  'batches of an older assignment',
  'batches with a session from a checkpoint',
  'checkpointsWritten',
  'crashes',
  'crowdedOut',
  'cuts by retention',
  'expired',
  'failures',
  'filed',
  'lateCheckpoints',
  'lost',
  'refused commits',
  'repeated',
  'requests answer lost',
  'requests partly done',
  'tornTails',
];

describe('whatever crashes, moves, repeats or comes late', () => {
  it('every block is in its file once, with the bytes of a fold that never stopped', { timeout: TIMEOUT_MS }, async () => {
    process.stdout.write(`simulation: seeds ${FROM} to ${FROM + SEEDS - 1}\n`);
    const { failure, counts } = await campaign(FROM, SEEDS);
    expect(failure).toBeUndefined();
    expect(MUST_HAPPEN.filter((what) => !counts.get(what))).toEqual([]);
  });

  it('a block that retention took messages from says so, and the start says it', { timeout: TIMEOUT_MS }, async () => {
    const { failure, counts } = await campaign(FROM, LOSSY_SEEDS, { losesNeeded: true });
    expect(failure).toBeUndefined();
    expect(counts.get('starts beyond the commit')).toBeGreaterThan(0);
  });
});

describe('a failing seed can be looked into, because', () => {
  const seeds = Array.from({ length: 20 }, (_, index) => FROM + index);

  it.each(seeds)('seed %i is the same run again, and so are its recorded decisions, to the byte', async (seed) => {
    const first = await runSeed(seed, { isTraced: true });
    const again = await runSeed(seed, { isTraced: true });
    const replayed = await replay(first.recording, { isTraced: true });
    expect(first.trace.lines.at(-1)).toMatch(/^every byte of the log and the files: [0-9a-f]{64}$/);
    expect(again.trace.lines).toEqual(first.trace.lines);
    expect(replayed.trace.lines).toEqual(first.trace.lines);
  });
});
