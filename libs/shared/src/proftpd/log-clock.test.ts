import { describe, expect, it } from 'vitest';
import { logClock, parseUtcOffset } from './log-clock.ts';

describe('the clock of a log', () => {
  it('reads local time with its zone, so that nodes of different zones line up', () => {
    const utcUs = Date.UTC(2026, 10, 23, 5, 16, 20, 579) * 1000;
    expect(logClock(0)('2026-11-23 05:16:20,579')).toBe(utcUs);
    expect(logClock(60)('2026-11-23 06:16:20,579')).toBe(utcUs);
    expect(logClock(-330)('2026-11-22 23:46:20,579')).toBe(utcUs);
  });

  it('reads the zone of this machine with its summer time', () => {
    expect(logClock('local')('2026-07-01 12:00:00')).toBe(new Date(2026, 6, 1, 12).getTime() * 1000);
  });

  it('reads each of two stamps of the same second', () => {
    const clock = logClock(0);
    expect(clock('2026-11-23 05:16:20,579') - clock('2026-11-23 05:16:20')).toBe(579_000);
  });

  it.each([
    '2026-13-01 00:00:00',
    '2026-02-30 00:00:00',
    '2026-01-01 24:00:00',
    '1969-12-31 23:59:59',
    '0000-00-00 00:00:00',
    '',
  ])('takes %j for no time, so that a planted stamp makes no message of another age', (stamp) => {
    expect(logClock(0)(stamp)).toBeNaN();
  });
});

describe('a written offset', () => {
  it.each([
    ['+01:00', 60],
    ['-0530', -330],
    ['Z', 0],
    ['+00:00', 0],
    ['local', 'local'],
  ])('%s is %s', (written, minutes) => {
    expect(parseUtcOffset(written)).toBe(minutes);
  });

  it.each(['1', '+25:00', '+01:60', 'CET', ''])('%j is none: guessing would shift every message', (written) => {
    expect(parseUtcOffset(written)).toBeNull();
  });
});
