import { microsecondsOf } from '../event-rules/rfc3339-time.ts';
import type { BsdClock } from './bsd-clock.ts';
import type { SyslogHeader } from './syslog-message.ts';

/** Bytes that stamp, host and tag are looked for in. */
const MAX_HEADER_BYTES = 600;

/** `Nov 23 17:33:00`, with one blank or two, a year, a fraction, and the mark of a device whose clock is not set. */
const BSD_STAMP = /^[*.]?([A-Z][a-z]{2}) {1,2}(\d{1,2}) (?:(\d{4}) )?(\d\d:\d\d:\d\d)(?:\.\d{1,9})?:? /;

/** What rsyslog and others send instead: RFC 3339. */
const ISO_STAMP = /^(\d{4}-\d\d-\d\dT[!-~]{8,32}) /;

const HOST = /^([!-~]{1,255}) /;

/** `vsftpd[16044]: `, `vsftpd: ` or `vsftpd[16044] `: what has neither a colon nor brackets is text. */
const TAG = /^([!-9;=?-Z\\^-~]{1,64})(?:\[([!-\\^-~]{1,128})\]:?|:)(?: |$)/;

/**
 * Reads a message behind its PRI as RFC 3164 describes what programs send. Host and tag are there only in their places: a host behind
 * a stamp, a tag behind a host, a stamp, or nothing. Everything else is text.
 */
export function readRfc3164(bytes: Buffer, start: number, level: number, clock: BsdClock): SyslogHeader {
  const header = bytes.toString('latin1', start, Math.min(bytes.length, start + MAX_HEADER_BYTES));
  const stamp = stampOf(header, clock);
  const behindStamp = header.slice(stamp.length);
  const host = stamp.length > 0 && !TAG.test(behindStamp) ? (HOST.exec(behindStamp)?.[1] ?? '') : '';
  const hostLength = host === '' ? 0 : host.length + 1;
  const tag = TAG.exec(behindStamp.slice(hostLength));
  const textStart = start + stamp.length + hostLength + (tag?.[0].length ?? 0);
  return { level, timeUs: stamp.timeUs, host, program: tag?.[1] ?? '', procId: tag?.[2] ?? '', session: '', textStart };
}

interface Stamp {
  readonly timeUs: number;
  /** With its blank; 0: there is none. */
  readonly length: number;
}

function stampOf(header: string, clock: BsdClock): Stamp {
  const bsd = BSD_STAMP.exec(header);
  if (bsd) return { timeUs: clock.microsecondsOf(bsd[1]!, Number(bsd[2]), bsd[4]!, bsd[3]), length: bsd[0].length };
  const iso = ISO_STAMP.exec(header);
  const timeUs = iso ? microsecondsOf(iso[1]!) : undefined;
  return timeUs === undefined ? { timeUs: 0, length: 0 } : { timeUs, length: iso![0].length };
}
