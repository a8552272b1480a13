import { signalOf } from '@fleet-forensics/shared/proftpd/dispatched-command';
import { LogType } from '@fleet-forensics/shared/wire/log-type';

/** What a process logs at a signal that ends it: ProFTPD's src/signals.c. */
const TERMINATING = /: ProFTPD terminating \(signal (\d{1,3})\)\n?$/;

/** No such ending is longer. */
const MAX_ENDING_BYTES = 48;

const LINE_FEED = 0x0a;
const CLOSING_PARENTHESIS = 0x29;

/** The signal that the process says it dies of, if this message says so. */
export function signalInMessage(type: LogType, text: Buffer, start: number, end: number): number | undefined {
  if (type !== LogType.SystemLog && type !== LogType.syslog) return undefined;
  const last = text[end - 1] === LINE_FEED ? end - 2 : end - 1;
  if (last < start || text[last] !== CLOSING_PARENTHESIS) return undefined;
  const ending = text.toString('latin1', Math.max(start, end - MAX_ENDING_BYTES), end);
  return signalOf(TERMINATING.exec(ending)?.[1]);
}
