import { LogType } from '../wire/log-type.ts';
import type { SessionContext } from '../wire/session-event.ts';
import { commandFacts, signalOf } from './dispatched-command.ts';
import { type LineFacts, type LogClock, type LogEntry, NO_FACTS } from './log-entry.ts';
import { textField } from './text-field.ts';

// date time[,ms] host proftpd[pid] server [(client-name[client-address])]: message
const PREFIX =
  /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:,\d{3})?) (\S+) proftpd\[(\d{1,7})\] (\S+?)(?: \(([^\s[\]]*)\[([\da-fA-F:.]+)\]\))?: /;

const UNKNOWN_USER = ': no such user found from ';
const LOGIN_FAILED = ' (Login failed): ';

/** As mod_log_forensic sees these messages; the log itself carries no level. */
const LEVELS: readonly (readonly [RegExp, number])[] = [
  [/^dispatching [A-Z_]+ command '/, 7],
  [/^[A-Z]+ PRIVS at \S+:\d+$/, 7],
  [/^connected - (local|remote) +: /, 7],
  [/^\w+ session (opened|closed)\.$/, 6],
  [/^(USER|ANON) .*: Login successful\.$/s, 6],
  [/^(USER|ANON) .*( \(Login failed\): |: no such user found from )/s, 5],
];

/** A SystemLog message (`SystemLog path`, DebugLevel 10 to see everything). */
export function parseSystemLine(text: Buffer, clock: LogClock): LogEntry | null {
  const line = text.toString('latin1');
  const prefix = PREFIX.exec(line);
  if (!prefix) return null;
  const [matched, stamp = '', , pid, , clientName, clientAddress] = prefix;
  const timeUs = clock(stamp);
  if (Number.isNaN(timeUs)) return null;
  const message = line.slice(matched.length);
  const facts = clientAddress === undefined ? daemonFacts(message) : sessionFacts(message, clientAddress, clientName);
  return { type: LogType.SystemLog, level: levelOf(message), timeUs, pid: Number(pid), text, facts };
}

function levelOf(message: string): number {
  for (const [pattern, level] of LEVELS) if (pattern.test(message)) return level;
  return 0;
}

/** Lines without a client: the daemon's, and a session's before it knows its client. */
function daemonFacts(message: string): LineFacts {
  return /^ProFTPD killed \(signal \d+\)$/.test(message) ? { daemonStops: true } : NO_FACTS;
}

function sessionFacts(message: string, clientAddress: string, clientName: string | undefined): LineFacts {
  return {
    ofSession: true,
    ...(clientName !== undefined && clientName !== clientAddress && { clientName }),
    context: { clientAddress },
    ...messageFacts(message, clientAddress),
  };
}

function messageFacts(message: string, clientAddress: string): LineFacts {
  // Most lines are told apart by their first letter; the rest says nothing that we need.
  switch (message[0]) {
    case 'd':
      return commandFacts(message);
    case 'F':
      if (message === 'FTP session opened.') {
        return { opens: true, wouldTellEnd: true, context: { clientAddress, protocol: 'ftp' } };
      }
      return message === 'FTP session closed.' ? { closes: true } : NO_FACTS;
    case 'S':
      return message === 'SSH2 session closed.' ? { closes: true } : NO_FACTS;
    case 'c':
      return addressFacts(message, clientAddress);
    case 'U':
    case 'A':
      return loginFacts(message, clientAddress);
    case 'T':
      return transferFacts(message);
    case 'P':
      return signalFacts(message);
    case 'm':
      return uniqueIdFacts(message, clientAddress);
    default:
      return NO_FACTS;
  }
}

function addressFacts(message: string, clientAddress: string): LineFacts {
  const local = /^connected - local +: (\S+:\d+)$/.exec(message)?.[1];
  return local === undefined ? NO_FACTS : { context: { clientAddress, serverAddress: local } };
}

function uniqueIdFacts(message: string, clientAddress: string): LineFacts {
  const uniqueId = /^mod_unique_id\/\S+: unique session ID is '(\S+)'$/.exec(message)?.[1];
  return uniqueId === undefined ? NO_FACTS : { context: { clientAddress, uniqueId: textField(uniqueId) } };
}

function signalFacts(message: string): LineFacts {
  const signal = signalOf(/^ProFTPD terminating \(signal (\d{1,3})\)$/.exec(message)?.[1]);
  return signal === undefined ? NO_FACTS : { signal };
}

function transferFacts(message: string): LineFacts {
  const bytes = /^Transfer (?:completed|aborted|failed): (\d+) bytes in /.exec(message)?.[1];
  return bytes === undefined ? NO_FACTS : { cue: { bytes: Number(bytes) } };
}

/** `USER name (Login failed): why`, `USER name: no such user found from …`, `USER name: Login successful.`, and ANON's. */
function loginFacts(message: string, clientAddress: string): LineFacts {
  if (!message.startsWith('USER ') && !message.startsWith('ANON ')) return NO_FACTS;
  const name = 5;
  // A client chooses its name: the server's own words are the last ones of their kind.
  const unknown = message.lastIndexOf(UNKNOWN_USER);
  if (unknown >= name) return failed(message.slice(name, unknown), 'no such user found');
  const refused = message.lastIndexOf(LOGIN_FAILED);
  if (refused >= name) return failed(message.slice(name, refused), message.slice(refused + LOGIN_FAILED.length));
  if (!message.endsWith(': Login successful.')) return NO_FACTS;
  const context: SessionContext = { clientAddress, user: textField(message.slice(name, -': Login successful.'.length)) };
  return { context };
}

function failed(user: string, detail: string): LineFacts {
  return { loginFailed: { attemptedUser: textField(user), detail: textField(detail) } };
}
