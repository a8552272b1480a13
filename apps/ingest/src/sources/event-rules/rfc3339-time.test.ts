import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { microsecondsOf } from './rfc3339-time.ts';

describe('an RFC 3339 time', () => {
  it('is the instant that Date finds, in whatever zone it is written', () => {
    const date = fc.date({ min: new Date(86_400_000), max: new Date('9998-12-31T00:00:00Z'), noInvalidDate: true });
    fc.assert(
      fc.property(date, fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 }), (at, offset) => {
        const local = new Date(at.getTime() + offset * 60_000).toISOString().slice(0, -1);
        const [hours, minutes] = [Math.abs(offset) / 60, Math.abs(offset) % 60].map((n) =>
          String(Math.floor(n)).padStart(2, '0'),
        );
        expect(microsecondsOf(`${local}${offset < 0 ? '-' : '+'}${hours}:${minutes}`)).toBe(at.getTime() * 1000);
      }),
    );
  });

  it.each([
    ['1970-01-01T00:00:00Z', 0],
    ['1970-01-01t00:00:01.5z', 1_500_000],
    ['1970-01-01T00:00:00.123456789Z', 123_456],
    ['2000-02-29T00:00:00Z', 951_782_400_000_000],
    ['2016-12-31T23:59:60Z', 1_483_228_800_000_000],
    ['2017-01-01T00:59:60+01:00', 1_483_228_800_000_000],
  ])('%s is %d µs', (text, timeUs) => {
    expect(microsecondsOf(text)).toBe(timeUs);
  });

  it.each([
    '',
    '2026-11-23',
    '2026-11-23 11:28:30Z',
    '2026-11-23T11:28:30',
    '2026-11-23T11:28Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-11-00T00:00:00Z',
    '2026-11-23T24:00:00Z',
    '2026-11-23T11:60:00Z',
    '2026-11-23T11:28:60Z',
    '2026-11-23T11:28:61Z',
    '2026-11-23T11:28:30.Z',
    '2026-11-23T11:28:30+24:00',
    '2026-11-23T11:28:30+01:60',
    '2026-11-23T11:28:30+0100',
    '1969-12-31T23:59:59Z',
    '1970-01-01T00:30:00+01:00',
    '2026-11-23T11:28:30Z\n',
    `2026-11-23T11:28:30.${'1'.repeat(100)}Z`,
  ])('%s is none', (text) => {
    expect(microsecondsOf(text)).toBeUndefined();
  });
});
