import { LogType } from '../wire/log-type.ts';
import { logClock, MONTHS, parseUtcOffset } from './log-clock.ts';
import type { LineFacts, LogEntry } from './log-entry.ts';
import { isKnown, textField } from './text-field.ts';

// client ident user [day/month/year:time zone] "command" code bytes
const HEAD = /^(\S+) \S+ (\S+) \[(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d{4})\] "/;
const TAIL = /^" (\d{3}|-) (\d+|-)$/;

/**
 * An ExtendedLog message in ProFTPD's default LogFormat, `%h %l %u %t "%r" %s %b` (httpd's common format). It carries no PID,
 * and its time has whole seconds, with their zone.
 */
export function parseCommonLine(line: string, text: Buffer): LogEntry | null {
  const head = HEAD.exec(line);
  if (!head) return null;
  const [matched, client = '', user = '', day = '', month = '', year = '', time = '', zone = ''] = head;
  const monthNumber = String(MONTHS.indexOf(month) + 1).padStart(2, '0');
  const timeUs = logClock(parseUtcOffset(zone) ?? 0)(`${year}-${monthNumber}-${day} ${time}`);
  if (Number.isNaN(timeUs)) return null;
  const facts = commandFacts(line.slice(matched.length), client, user);
  return { type: LogType.ExtendedLog, level: 0, timeUs, pid: 0, text, facts };
}

function commandFacts(rest: string, client: string, user: string): LineFacts {
  const quoteAt = rest.lastIndexOf('" ');
  const tail = TAIL.exec(rest.slice(quoteAt < 0 ? rest.length : quoteAt));
  const command = tail ? rest.slice(0, quoteAt) : rest;
  const owner = { client, ...(isKnown(user) && { user: textField(user) }), cue: { command } };
  const code = tail?.[1] ?? '';
  return { owner, ...(command === 'PASS (hidden)' && code.startsWith('5') && { passwordRefused: Number(code) }) };
}
