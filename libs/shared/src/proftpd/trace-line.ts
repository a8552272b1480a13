import { LogType } from '../wire/log-type.ts';
import { commandFacts, signalOf } from './dispatched-command.ts';
import { type LineFacts, type LogClock, type LogEntry, NO_FACTS } from './log-entry.ts';

// date time[,ms] [pid] [(client address, server address:port)] <channel:level>: message
const PREFIX =
  /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:,\d{3})?) \[(\d{1,7})\](?: \(client ([^\s,]+), server \S+\))? <([^\s:>]{1,64}):(\d{1,3})>: /;

/**
 * A TraceLog message, with or without TraceOptions +TimestampMillis and +ConnIPs.
 *
 * ConnIPs' server port is not taken: ProFTPD 1.3.8 writes it in network byte order (2121 as 18696).
 */
export function parseTraceLine(text: Buffer, clock: LogClock): LogEntry | null {
  const line = text.toString('latin1');
  const prefix = PREFIX.exec(line);
  if (!prefix) return null;
  const [matched, stamp = '', pid, clientAddress, channel = '', level] = prefix;
  const timeUs = clock(stamp);
  if (Number.isNaN(timeUs)) return null;
  const message = messageFacts(channel, line.slice(matched.length), clientAddress !== undefined);
  const facts = clientAddress === undefined ? message : { ...message, ofSession: true, context: { clientAddress } };
  return { type: LogType.TraceLog, level: Number(level), timeUs, pid: Number(pid), text, facts };
}

function messageFacts(channel: string, message: string, knowsClient: boolean): LineFacts {
  switch (channel) {
    case 'command':
      return { ofSession: true, ...commandFacts(message) };
    case 'response':
      return { ofSession: true };
    case 'netio':
      // The first thing a session's process traces, before it knows its client. (Later ones, of mod_proxy, know it.)
      return !knowsClient && message === 'using default open() for control reading stream' ? { opens: true } : NO_FACTS;
    case 'event':
      return { wouldTellEnd: true, closes: message.startsWith("dispatching event 'core.exit' to ") };
    case 'signal': {
      const signal = signalOf(/^handling (?:SIG[A-Z\d]+ \()?signal (\d{1,3})\)?$/.exec(message)?.[1]);
      return signal === undefined ? NO_FACTS : { signal };
    }
    default:
      return NO_FACTS;
  }
}
