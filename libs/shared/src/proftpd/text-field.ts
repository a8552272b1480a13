import { MAX_NAME_BYTES } from '../wire/limits.ts';

/**
 * A field of a line that was read as latin-1, as the UTF-8 text that a context takes: bytes that are none become U+FFFD, and
 * it is cut at MAX_NAME_BYTES. The message beside it keeps the exact bytes.
 */
export function textField(latin1: string): string {
  const bytes = Buffer.from(Buffer.from(latin1, 'latin1').toString('utf8'));
  let end = Math.min(bytes.length, MAX_NAME_BYTES);
  // Not within a character.
  while (end < bytes.length && (bytes[end]! & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/** ProFTPD's `-` or nothing at all for what it does not know. */
export function isKnown(field: string | undefined): field is string {
  return field !== undefined && field !== '' && field !== '-';
}
