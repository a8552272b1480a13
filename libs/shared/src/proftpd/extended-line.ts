import { LogType } from '../wire/log-type.ts';
import type { SessionContext } from '../wire/session-event.ts';
import { parseCommonLine } from './common-line.ts';
import { type LineFacts, type LogClock, type LogEntry, NO_FACTS } from './log-entry.ts';
import { isKnown, textField } from './text-field.ts';

const HEAD =
  /^uid=(\S*) pid=(\d{1,7}) rip=(\S*) rport=\S* lip=(\S*) lport=(\S*) t=(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) us=(\d{1,6}) proto=(\S*) user=/;
const TAIL = /^ in=(\d+|-) out=(\d+|-) bytes=(\d+|-) xs=\S* xf=.* euid=(\d+|-) egid=(\d+|-) E=(.*)$/;
/** A LogFormat of the essentials only; it carries no time. */
const SHORT = /^id=(\S*) pid=(\d{1,7}) cmd=(\S*) code=(\S+) user=(.*) E=(.*)$/;

const US_PER_MS = 1000;
const US_PER_SECOND = 1_000_000;

const IP = /^[\da-fA-F:.]+$/;

/**
 * An ExtendedLog message in the LogFormat that we recommend, its short form `id pid cmd code user E`, or ProFTPD's default
 * `%h %l %u %t "%r" %s %b`. Ours, as it stands in proftpd.conf (on one line; mod_unique_id fills the first field if it is there):
 *
 *   LogFormat forensics "uid=%{UNIQUE_ID}e pid=%P rip=%a rport=%{remote-port} lip=%L lport=%p t=%{iso8601}
 *     us=%{microsecs} proto=%{protocol} user=%u ouser=%U cmd=%m args=%f raw=%r code=%s msg=%S in=%I out=%O bytes=%b
 *     xs=%{transfer-status} xf=%{transfer-failure} euid=%{uid} egid=%{gid} E=%E"
 *   ExtendedLog /var/log/proftpd/extended.log ALL,CONNECT,EXIT forensics
 */
export function parseExtendedLine(text: Buffer, clock: LogClock): LogEntry | null {
  const line = text.toString('latin1');
  if (line.startsWith('uid=')) return parseRecommended(line, text, clock);
  if (line.startsWith('id=')) return parseShort(line, text);
  return parseCommonLine(line, text);
}

function parseRecommended(line: string, text: Buffer, clock: LogClock): LogEntry | null {
  const head = HEAD.exec(line);
  if (!head) return null;
  const [matched, uniqueId, pid, client, local, port, stamp = '', microseconds, protocol] = head;
  const stampUs = clock(stamp);
  if (Number.isNaN(stampUs)) return null;
  const context: SessionContext = {
    ...(isKnown(uniqueId) && { uniqueId: textField(uniqueId) }),
    ...(isKnown(client) && IP.test(client) && { clientAddress: client }),
    ...(isKnown(local) && IP.test(local) && isKnown(port) && { serverAddress: `${local}:${port}` }),
    ...(isKnown(protocol) && { protocol: textField(protocol) }),
  };
  const facts = commandFacts(line.slice(matched.length), context);
  const timeUs = stampUs + sinceStampUs(Number(stamp.slice(-3)), Number(microseconds));
  return { type: LogType.ExtendedLog, level: 0, timeUs, pid: Number(pid), text, facts };
}

/** ProFTPD reads the clock for each field anew: between the milliseconds and the microseconds it may have struck the next second. */
function sinceStampUs(milliseconds: number, microseconds: number): number {
  return (microseconds - milliseconds * US_PER_MS + US_PER_SECOND) % US_PER_SECOND;
}

/**
 * Reads `USER ouser=U cmd=C args=A raw=R code=N msg=M in=… E=…` from both ends: a client chooses U, A and R, so the server's
 * own fields are the last ones of their name. (Of the line of a PASS, nothing behind U is the client's.)
 */
function commandFacts(rest: string, head: SessionContext): LineFacts {
  const tailAt = rest.lastIndexOf(' in=');
  const tail = TAIL.exec(rest.slice(tailAt < 0 ? rest.length : tailAt));
  const codeAt = rest.lastIndexOf(' code=', tailAt);
  const rawAt = rest.lastIndexOf(' raw=', codeAt);
  const argsAt = rest.lastIndexOf(' args=', rawAt);
  const cmdAt = rest.lastIndexOf(' cmd=', argsAt);
  const nameAt = rest.indexOf(' ouser=');
  // The first line of a message whose client planted a line feed: the rest of it follows.
  if (!tail || nameAt < 0 || cmdAt < nameAt) return { ofSession: true, context: head };
  const [, bytesIn, bytesOut, bytes, uid, gid, reason = ''] = tail;
  const command = rest.slice(cmdAt + ' cmd='.length, argsAt);
  const code = rest.slice(codeAt + ' code='.length).split(' ', 1)[0] ?? '';
  const user = rest.slice(0, nameAt);
  const attempted = rest.slice(nameAt + ' ouser='.length, cmdAt);
  const facts = eventFacts(command, code, reason);
  const context: SessionContext = {
    ...head,
    ...userContext(user, code),
    ...(facts.passwordRefused !== undefined && isKnown(attempted) && { attemptedUser: textField(attempted) }),
    ...(isKnown(bytesIn) && { rawBytesIn: Number(bytesIn) }),
    ...(isKnown(bytesOut) && { rawBytesOut: Number(bytesOut) }),
    ...(isKnown(uid) && { uid: Number(uid) }),
    ...(isKnown(gid) && { gid: Number(gid) }),
  };
  const cue = isKnown(bytes) ? { cue: { bytes: Number(bytes) } } : NO_FACTS;
  return { ofSession: true, context, ...facts, ...cue };
}

function parseShort(line: string, text: Buffer): LogEntry | null {
  const fields = SHORT.exec(line);
  if (!fields) return null;
  const [, uniqueId, pid, command = '', code = '', user = '', reason = ''] = fields;
  const context: SessionContext = {
    ...(isKnown(uniqueId) && { uniqueId: textField(uniqueId) }),
    ...userContext(user, code),
  };
  const facts = { ofSession: true, context, ...eventFacts(command, code, reason) };
  return { type: LogType.ExtendedLog, level: 0, timeUs: 0, pid: Number(pid), text, facts };
}

/** A user is one once the server has said yes; at EXIT `%u` may be a name that was refused. */
function userContext(user: string, code: string): SessionContext {
  return isKnown(user) && /^[123]/.test(code) ? { user: textField(user) } : {};
}

function eventFacts(command: string, code: string, reason: string): LineFacts {
  if (command === '') return { opens: true, wouldTellEnd: true };
  if (command === 'EXIT') return { closes: true, exitReason: textField(reason) };
  if (command === 'PASS' && code.startsWith('5')) return { passwordRefused: Number(code) };
  return command === 'QUIT' ? { quits: true } : NO_FACTS;
}
