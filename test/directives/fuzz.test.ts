import { expect, it } from 'vitest';
import { fuzzOne } from './fuzz.ts';

const FOR_MS = 30_000;

it(
  'no configuration makes the parser crash or hang, however wrong it is',
  () => {
    const first = Date.now();
    const endAt = performance.now() + FOR_MS;
    let seed = first;
    let right = 0;
    for (; performance.now() < endAt; seed += 1) if (fuzzOne(seed)) right += 1;
    process.stdout.write(`directives: ${seed - first} inputs from seed ${first} on, ${right} of them right\n`);
    // Neither all wrong at the first line, nor all right: both halves of the parser were reached.
    expect(right).toBeGreaterThan(0);
    expect(right).toBeLessThan(seed - first);
  },
  FOR_MS * 4,
);
