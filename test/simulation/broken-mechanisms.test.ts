import { describe, expect, it } from 'vitest';
import { BROKEN, MECHANISMS, type Mechanism } from './broken-mechanisms.ts';
import { campaign, shortestFailure } from './campaign.ts';

const SEEDS = 300;
const TIMEOUT_MS = 300_000;

/** What each must at least be found by: a block that nobody asked for so, or one that is in its file twice. */
const FOUND: Record<Mechanism, RegExp> = {
  suppression: /never asked for so/,
  watermark: /never asked for so/,
  'checkpoint-placement': /never asked for so/,
  dedupe: /filed twice/,
  epoch: /never asked for so/,
};

describe('the simulation finds a wrong block when a mechanism is switched off:', () => {
  it.each(MECHANISMS)('%s', { timeout: TIMEOUT_MS }, async (mechanism) => {
    const { failure } = await campaign(1, SEEDS, { sabotage: BROKEN[mechanism] });
    expect(failure?.wrongs.join('\n')).toMatch(FOUND[mechanism]);
  });
});

it('a failure is shown in a few steps, of hundreds', { timeout: TIMEOUT_MS }, async () => {
  const options = { sabotage: BROKEN.dedupe };
  const { failure } = await campaign(1, SEEDS, options);
  const { recording, wrongs } = await shortestFailure(failure!.seed, options);
  expect(wrongs).not.toEqual([]);
  expect(recording.steps.length).toBeLessThan(40);
});
