import type { LogClock } from './log-entry.ts';

/** Minutes east of UTC, or the zone (with its summer time) of the process that reads. */
export type UtcOffset = number | 'local';

const STAMP = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:,(\d{3}))?$/;
const ISO_SECOND_LENGTH = 'YYYY-MM-DD hh:mm:ss'.length;
const US_PER_MS = 1000;

export const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * A clock for stamps `YYYY-MM-DD hh:mm:ss` with or without `,mmm`: ProFTPD's logs carry local time and no zone.
 * With 'local', the hour that summer time repeats is read as its first pass.
 */
export function logClock(offset: UtcOffset): LogClock {
  let second = '';
  let secondMs = Number.NaN;
  return (stamp) => {
    const upToSecond = stamp.slice(0, ISO_SECOND_LENGTH);
    if (upToSecond !== second) {
      second = upToSecond;
      secondMs = millisecondsOf(upToSecond, offset);
    }
    const fraction = stamp.length > ISO_SECOND_LENGTH ? Number(stamp.slice(ISO_SECOND_LENGTH + 1)) : 0;
    return (secondMs + fraction) * US_PER_MS;
  };
}

/** `Z`, `+hh:mm`, `-hhmm` or `local`; null for anything else. */
export function parseUtcOffset(written: string): UtcOffset | null {
  if (written === 'local') return 'local';
  if (/^z$/i.test(written)) return 0;
  const parts = /^([+-])(\d\d):?(\d\d)$/.exec(written);
  if (!parts) return null;
  const [, sign, hours, minutes] = parts;
  if (Number(hours) > 14 || Number(minutes) > 59) return null;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

function millisecondsOf(stamp: string, offset: UtcOffset): number {
  const parts = STAMP.exec(stamp);
  if (!parts) return Number.NaN;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  const utcMs = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(utcMs);
  // Date rolls over what does not exist (month 13, 30 February): such a stamp is no stamp. Before 1970 none is either.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || date.getUTCHours() !== hour) return Number.NaN;
  const ms = offset === 'local' ? new Date(year, month - 1, day, hour, minute, second).getTime() : utcMs - offset * 60_000;
  return year >= 1970 && ms >= 0 ? ms : Number.NaN;
}
