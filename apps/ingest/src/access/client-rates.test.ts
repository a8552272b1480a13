import { describe, expect, it } from 'vitest';
import { ClientRates } from './client-rates.ts';

describe('the rate of a client', () => {
  let nowMs = 0;
  const rates = (eventsPerS: number) => new ClientRates(eventsPerS, () => nowMs);

  it('lets through what it allows in a second at once, and what is beyond has to wait its time', () => {
    const of = rates(100);
    of.of('a')!.spend(99, false);
    expect(of.of('a')!.waitS(false)).toBe(0);
    of.of('a')!.spend(501, false);
    expect(of.of('a')!.waitS(false)).toBeCloseTo(5.01);
    nowMs += 5000;
    expect(of.of('a')!.waitS(false)).toBeGreaterThan(0);
    nowMs += 20;
    expect(of.of('a')!.waitS(false)).toBe(0);
  });

  it('is its own: another client waits for nothing', () => {
    const of = rates(100);
    of.of('a')!.spend(10_000, false);
    expect(of.of('b')!.waitS(false)).toBe(0);
  });

  it('leaves requests without messages a quarter of their own', () => {
    const of = rates(100);
    of.of('a')!.spend(10_000, false);
    expect(of.of('a')!.waitS(true)).toBe(0);
    of.of('a')!.spend(25, true);
    expect(of.of('a')!.waitS(true)).toBeGreaterThan(0);
  });

  it('is none where there is no limit, and does not save up over night', () => {
    expect(rates(0).of('a')).toBeNull();
    const rate = rates(10).of('a')!;
    nowMs += 86_400_000;
    rate.spend(11, false);
    expect(rate.waitS(false)).toBeGreaterThan(0);
  });
});
