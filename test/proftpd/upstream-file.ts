import { type FiledBlock, parseForensicFile } from '@fleet-forensics/standalone/filed-block';

const BEGIN = /^-----BEGIN [A-Z ]+ FORENSICS-----$/;
const PREFIX = /^\[(?:Unspec|TransferLog|SystemLog|ExtendedLog|TraceLog):\w+\] |^\[syslog:\w+, PID \d+\] /;
const END = /^-----END [A-Z ]+ FORENSICS-----$/;

/**
 * The blocks of a file that mod_log_forensic wrote, as docs/FORMAT.md writes the same: without the NUL behind the UNIQUE_ID, messages
 * folded and escaped. Only for sessions of honest clients, one after the other: what upstream wrote of others can't be taken apart.
 * @throws Error of parseForensicFile
 */
export function parseUpstreamFile(bytes: Buffer): FiledBlock[] {
  return parseForensicFile(Buffer.from(asWeWrite(bytes.toString('latin1')), 'latin1'));
}

function asWeWrite(text: string): string {
  let isHead = false;
  const rows = text.split('\n').map((row, index, all) => {
    if (index === all.length - 1) return row;
    if (BEGIN.test(row)) isHead = true;
    else if (isHead && row === '') isHead = false;
    else if (isHead) return row.replace(/^(UNIQUE_ID: .*)\0$/, '$1');
    else if (!END.test(row)) return PREFIX.test(row) ? escaped(row) : `\t${escaped(row)}`;
    return row;
  });
  return rows.join('\n');
}

/** Control bytes but the tab as `\xNN`. @param row without its line feed, bytes as latin-1 */
function escaped(row: string): string {
  return Array.from(row, (char) => (isControl(char.charCodeAt(0)) ? hex(char.charCodeAt(0)) : char)).join('');
}

function isControl(byte: number): boolean {
  return (byte < 0x20 && byte !== 0x09) || byte === 0x7f;
}

function hex(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
