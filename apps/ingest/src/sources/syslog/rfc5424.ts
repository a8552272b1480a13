import { microsecondsOf } from '../event-rules/rfc3339-time.ts';
import type { SyslogHeader } from './syslog-message.ts';

const SPACE = 0x20;

/** Bytes of a header from TIMESTAMP to MSGID and its blanks, by the bounds of RFC 5424, section 6, with room to spare. */
const MAX_HEADER_BYTES = 1024;

/** TIMESTAMP HOSTNAME APP-NAME PROCID MSGID */
const HEADER = /^([!-~]{1,64}) ([!-~]{1,255}) ([!-~]{1,255}) ([!-~]{1,255}) ([!-~]{1,255})(?: |$)/;

const PARAM_NAME = String.raw`[!#-<>-\\^-~]{1,32}`;
const ELEMENT = new RegExp(String.raw`\[(${PARAM_NAME})((?: ${PARAM_NAME}="(?:[^"\\\]]|\\[^])*")*)\]`, 'y');
const SESSION = / session="((?:[^"\\\]]|\\[^])*)"/;

/** Structured data beyond it is a part of the text. */
const MAX_DATA_BYTES = 8192;

/** Ours, with or without an enterprise number. */
const OUR_ELEMENT = /^forensic(@\d{1,20}(\.\d{1,20})*)?$/;

/**
 * Reads a message of RFC 5424 behind its version; null if its header is not one. A time that is none is not known; structured data
 * that is none is a part of the text. The message id, and structured data but ours, are not kept.
 */
export function readRfc5424(bytes: Buffer, start: number, level: number): SyslogHeader | null {
  const header = HEADER.exec(bytes.toString('latin1', start, Math.min(bytes.length, start + MAX_HEADER_BYTES)));
  if (header === null) return null;
  const [whole, time, host, program, procId] = header as unknown as [string, string, string, string, string];
  const data = readData(bytes, start + whole.length);
  return {
    level,
    timeUs: microsecondsOf(time) ?? 0,
    host: known(host),
    program: known(program),
    procId: known(procId),
    session: data.session,
    textStart: textStart(bytes, data.end),
  };
}

/** NILVALUE */
function known(field: string): string {
  return field === '-' ? '' : field;
}

interface StructuredData {
  readonly session: string;
  readonly end: number;
}

function readData(bytes: Buffer, start: number): StructuredData {
  const written = bytes.toString('latin1', start, Math.min(bytes.length, start + MAX_DATA_BYTES));
  let session = '';
  let end = 0;
  if (written.startsWith('-')) end = 1;
  else {
    ELEMENT.lastIndex = 0;
    for (let element = ELEMENT.exec(written); element !== null; element = ELEMENT.exec(written)) {
      end = ELEMENT.lastIndex;
      if (OUR_ELEMENT.test(element[1]!)) session ||= unescaped(SESSION.exec(element[2]!)?.[1] ?? '');
    }
  }
  const isWhole = end === written.length || written[end] === ' ';
  return isWhole ? { session, end: start + end } : { session: '', end: start };
}

/** PARAM-VALUE: UTF-8, with a backslash before ", \ and ]. */
function unescaped(value: string): string {
  return Buffer.from(value.replaceAll(/\\(["\\\]])/g, '$1'), 'latin1').toString('utf8');
}

/** Behind the blank and the byte order mark before MSG, and behind one blank more: rsyslog's templates keep that of a RFC 3164 tag. */
function textStart(bytes: Buffer, dataEnd: number): number {
  const start = bytes[dataEnd] === SPACE ? dataEnd + 1 : dataEnd;
  const hasMark = bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;
  if (hasMark) return start + 3;
  return start > dataEnd && bytes[start] === SPACE ? start + 1 : start;
}
