import { LogType } from '../wire/log-type.ts';
import { MONTHS } from './log-clock.ts';
import type { LogClock, LogEntry } from './log-entry.ts';
import { textField } from './text-field.ts';

// xferlog(5): `Mon Nov 23 05:16:21 2026 seconds client bytes path type flag direction access user service auth-method auth-user status`
const PREFIX = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d\d:\d\d:\d\d) (\d{4}) \d+ (\S+) (\d+) /;
const TAIL = / [ab] \S+ [oid] ([agr]) (\S+) \S+ [01] \S+ [ci]$/;
/** Longer than any tail whose user is a name; a regex over a path of 64 KiB would be slow. */
const TAIL_CHARS = 1024;

/**
 * A TransferLog message (xferlog): its time has whole seconds and it carries no PID, only client and user; of an anonymous
 * session the user is what was given as password, so it is left out.
 */
export function parseTransferLine(text: Buffer, clock: LogClock): LogEntry | null {
  const line = text.toString('latin1');
  const prefix = PREFIX.exec(line);
  if (!prefix) return null;
  const [, month = '', day = '', time = '', year = '', client = '', bytes] = prefix;
  const timeUs = clock(stampOf(year, month, day, time));
  if (Number.isNaN(timeUs)) return null;
  const [, access, user] = TAIL.exec(line.slice(-TAIL_CHARS)) ?? [];
  const owner = {
    client,
    cue: { bytes: Number(bytes) },
    ...(user !== undefined && access !== 'a' && { user: textField(user) }),
  };
  return { type: LogType.TransferLog, level: 0, timeUs, pid: 0, text, facts: { owner } };
}

function stampOf(year: string, month: string, day: string, time: string): string {
  const number = MONTHS.indexOf(month) + 1;
  return `${year}-${String(number).padStart(2, '0')}-${day.replace(' ', '0')} ${time}`;
}
