const TIME = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

const MINUTE_MS = 60_000;

/** Bytes of the longest text that is looked at: a fraction of 38 digits. */
export const MAX_TIME_BYTES = 64;

/**
 * Microseconds since 1970 of an RFC 3339 date-time; digits beyond the microsecond are cut off. A leap second (23:59:60 UTC) counts
 * as the second that follows it. Undefined if the text is none, names a day that does not exist, or lies before 1970.
 */
export function microsecondsOf(text: string): number | undefined {
  const match = text.length <= MAX_TIME_BYTES ? TIME.exec(text) : null;
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const offsetHours = Number(match[9] ?? 0);
  const offsetMinutes = Number(match[10] ?? 0);
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month) || hour > 23 || minute > 59 || second > 60)
    return undefined;
  if (offsetHours > 23 || offsetMinutes > 59) return undefined;
  const offsetMs = (match[8] === '-' ? -1 : 1) * (offsetHours * 60 + offsetMinutes) * MINUTE_MS;
  const minuteMs = Date.UTC(year, month - 1, day, hour, minute) - offsetMs;
  if (second === 60 && !isLastMinuteOfDay(minuteMs)) return undefined;
  const micros = Number((match[7] ?? '').slice(0, 6).padEnd(6, '0'));
  const timeUs = (minuteMs + second * 1000) * 1000 + micros;
  return timeUs >= 0 ? timeUs : undefined;
}

function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function isLastMinuteOfDay(minuteMs: number): boolean {
  return (minuteMs / MINUTE_MS + 1) % (24 * 60) === 0;
}
