import { expect, it } from 'vitest';
import { shrink } from './shrink.ts';

it('what is left of a failing run is what it needs to fail, in its order', async () => {
  const steps = Array.from({ length: 500 }, (_, index) => [index]);
  const needed = [17, 250, 251, 499];
  let runs = 0;
  const shorter = await shrink({ scenario: [1, 2], steps }, async (tried) => {
    runs += 1;
    return needed.every((step) => tried.steps.some(([first]) => first === step));
  });
  expect(shorter).toEqual({ scenario: [1, 2], steps: needed.map((step) => [step]) });
  expect(runs).toBeLessThan(600);
});
