import { describe, expect, it } from 'vitest';
import { BsdClock } from './bsd-clock.ts';

/** What a stamp without a year is read as, at a certain time. */
function readAt(now: string, month: string, day: number, time = '12:00:00'): string | null {
  const us = new BsdClock(0, () => Date.parse(now)).microsecondsOf(month, day, time);
  return us === 0 ? null : new Date(us / 1000).toISOString();
}

describe('a stamp without a year', () => {
  it.each([
    ['2026-11-23T12:00:00Z', 'Nov', 23, '2026-11-23T12:00:00.000Z'],
    ['2026-11-23T12:00:00Z', 'Nov', 24, '2026-11-24T12:00:00.000Z'],
    ['2026-11-23T12:00:00Z', 'Nov', 25, '2025-11-25T12:00:00.000Z'],
    ['2027-01-01T00:10:00Z', 'Dec', 31, '2026-12-31T12:00:00.000Z'],
    ['2026-12-31T23:50:00Z', 'Jan', 1, '2027-01-01T12:00:00.000Z'],
    ['2028-03-01T00:00:00Z', 'Feb', 29, '2028-02-29T12:00:00.000Z'],
    ['2026-03-01T00:00:00Z', 'Feb', 29, null],
    ['2026-11-23T12:00:00Z', 'Foo', 1, null],
  ])('at %s: %s %i is of the year that puts it at most a day ahead', (now, month, day, expected) => {
    expect(readAt(now, month, day)).toBe(expected);
  });

  it('is in the zone of the setting', () => {
    const clock = new BsdClock(60, () => Date.parse('2026-11-23T12:00:00Z'));
    expect(clock.microsecondsOf('Nov', 23, '12:00:00')).toBe(Date.parse('2026-11-23T11:00:00Z') * 1000);
    expect(clock.microsecondsOf('Nov', 23, '12:00:00', '2020')).toBe(Date.parse('2020-11-23T11:00:00Z') * 1000);
  });
});
