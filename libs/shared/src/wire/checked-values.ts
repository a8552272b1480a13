import { ForensicsError } from '../error.ts';
import { MAX_NAME_BYTES, MAX_RECORD_BYTES } from './limits.ts';

/* What every decoder checks: each throws FF_BAD_RECORD that says what of the record is wrong. */

export const NO_BYTES: Uint8Array = Buffer.alloc(0);

interface Decodable<T> {
  decode(reader: Uint8Array): T;
}

export function parsed<T>(what: string, bytes: Uint8Array, type: Decodable<T>): T {
  if (bytes.length > MAX_RECORD_BYTES) throw bad(what, `has ${bytes.length} bytes, over ${MAX_RECORD_BYTES}`);
  try {
    return type.decode(bytes);
  } catch (cause) {
    throw bad(what, 'does not parse', cause);
  }
}

export function name(what: string, value: string): string {
  return text(what, value, MAX_NAME_BYTES);
}

export function text(what: string, value: string, maxBytes: number): string {
  // A UTF-16 unit takes at most three bytes of UTF-8.
  if (value.length * 3 > maxBytes && Buffer.byteLength(value) > maxBytes) throw bad(what, `is longer than ${maxBytes} bytes`);
  return value;
}

export function safe(what: string, value: number): number {
  if (!Number.isSafeInteger(value)) throw bad(what, 'holds a number over 2^53');
  return value;
}

export function bad(what: string, why: string, cause?: unknown): ForensicsError {
  return new ForensicsError('FF_BAD_RECORD', `${what} ${why}`, { cause });
}

/** The encoder's bytes as a Buffer. */
export function finished(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** @throws ForensicsError FF_RECORD_TOO_LARGE over MAX_RECORD_BYTES */
export function bounded(bytes: Uint8Array, what: string): Buffer {
  if (bytes.length > MAX_RECORD_BYTES) {
    throw new ForensicsError('FF_RECORD_TOO_LARGE', `${what} has ${bytes.length} bytes, over ${MAX_RECORD_BYTES}`);
  }
  return finished(bytes);
}
