import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Counters } from '../counters.ts';
import { SpoolScenario, type Step } from './spool-scenario.fixture.ts';

const KEYS = ['a', 'b', 'c', 'd'];
const MAX_BYTES = 1024 * 1024;
const RUNS = Number(process.env['SPOOL_RUNS'] ?? 20);

const STEPS = fc.array(
  fc.record<Step>({
    event: fc.constantFrom('up', 'mute', 'down', 'shaky', 'crash'),
    kafkaTurns: fc.integer({ min: 0, max: 4 }),
    turns: fc.integer({ min: 0, max: 60 }),
  }),
  { minLength: 2, maxLength: 14 },
);

/** Numbers may come again, and then all that came behind them comes again; none is ever left out. */
function jumps(numbers: readonly number[]): number[] {
  return numbers.filter((number, index) => number > (numbers[index - 1] ?? 0) + 1);
}

it(
  'nothing acknowledged is lost and each key stays in order, whatever Kafka does and however often ingest is killed',
  { timeout: 300_000 },
  async () => {
    const counters = new Counters();
    const property = fc.asyncProperty(STEPS, async (steps) => {
      const scenario = new SpoolScenario({ keys: KEYS, maxBytes: MAX_BYTES, counters });
      try {
        await scenario.run(steps);
        expect(scenario.isDrained).toBe(true);
        expect(scenario.longest).toBeLessThanOrEqual(MAX_BYTES);
        for (const key of KEYS) {
          const numbers = scenario.numbersOf(key);
          expect(jumps(numbers), `${key}: ${numbers.join(' ')}`).toEqual([]);
          expect(Math.max(0, ...numbers)).toBeGreaterThanOrEqual(scenario.acknowledged.get(key) ?? 0);
        }
      } finally {
        await scenario.close();
      }
    });
    await fc.assert(property, { numRuns: RUNS });
    // Every way was gone.
    for (const count of [counters.spooled, counters.drained, counters.spoolRefused]) expect(count).toBeGreaterThan(0);
  },
);
