import { isUtf8 } from 'node:buffer';
import { MAX_NAME_BYTES } from '../wire/limits.ts';

/**
 * A field of a line that was read as latin-1, as the UTF-8 text that a context takes. If it is not UTF-8, its bytes from 0x80 up
 * are written as \xNN, as a block writes control bytes. It is cut at MAX_NAME_BYTES; the message beside it keeps the exact bytes.
 */
export function textField(latin1: string): string {
  const raw = Buffer.from(latin1, 'latin1');
  const bytes = isUtf8(raw) ? raw : Buffer.from(latin1.replaceAll(/[\x80-\xff]/g, escaped));
  let end = Math.min(bytes.length, MAX_NAME_BYTES);
  // Not within a character.
  while (end < bytes.length && (bytes[end]! & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/** ProFTPD's `-` or nothing at all for what it does not know. */
export function isKnown(field: string | undefined): field is string {
  return field !== undefined && field !== '' && field !== '-';
}

function escaped(byte: string): string {
  return `\\x${byte.charCodeAt(0).toString(16)}`;
}
