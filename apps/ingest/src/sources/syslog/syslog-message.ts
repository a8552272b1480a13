import type { BsdClock } from './bsd-clock.ts';
import { readRfc3164 } from './rfc3164.ts';
import { readRfc5424 } from './rfc5424.ts';

/** What a syslog message says. Texts are ASCII without blanks, but for the session; empty = it does not say. */
export interface SyslogMessage {
  /** Severity, 0 emergency … 7 debug. */
  readonly level: number;
  /** Microseconds since 1970; 0 = not known. */
  readonly timeUs: number;
  readonly host: string;
  /** APP-NAME, or the name in a TAG. */
  readonly program: string;
  /** PROCID, or what a TAG has in brackets. */
  readonly procId: string;
  /** Of the structured data's `[forensic session="…"]`: not checked. */
  readonly session: string;
  /** The bytes from `textStart` up to `textEnd` are its text. */
  readonly textStart: number;
  readonly textEnd: number;
}

/** What its header says. */
export type SyslogHeader = Omit<SyslogMessage, 'textEnd'>;

const LF = 0x0a;
const LESS_THAN = 0x3c;
const GREATER_THAN = 0x3e;

/** PRI has at most three digits. */
const MAX_PRI_LENGTH = 5;
const MAX_PRI = 191;

/** Notice: a message without a PRI counts as <13> (RFC 3164, section 4.3.3). */
const LEVEL_WITHOUT_PRI = 5;

/** Reads one message of RFC 5424 or, where it is none, RFC 3164: whatever the bytes are, something of it is a text. */
export function readSyslog(bytes: Buffer, clock: BsdClock): SyslogMessage {
  const { level, end } = priOf(bytes);
  const isVersion1 = end > 0 && bytes[end] === 0x31 && bytes[end + 1] === 0x20;
  const header = (isVersion1 ? readRfc5424(bytes, end + 2, level) : null) ?? readRfc3164(bytes, end, level, clock);
  // rsyslog ends the text with a line feed even where it counts bytes.
  const hasLineFeed = bytes.length > header.textStart && bytes[bytes.length - 1] === LF;
  return { ...header, textEnd: hasLineFeed ? bytes.length - 1 : bytes.length };
}

function priOf(bytes: Buffer): { readonly level: number; readonly end: number } {
  const close = bytes[0] === LESS_THAN ? bytes.subarray(0, MAX_PRI_LENGTH).indexOf(GREATER_THAN) : -1;
  const digits = close === -1 ? '' : bytes.toString('latin1', 1, close);
  if (!/^\d{1,3}$/.test(digits) || Number(digits) > MAX_PRI) return { level: LEVEL_WITHOUT_PRI, end: 0 };
  return { level: Number(digits) & 7, end: close + 1 };
}
