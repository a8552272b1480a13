import type { BusRecord, OutgoingRecord, PartitionId } from '../bus/port.ts';
import type { ForensicsError } from '../error.ts';
import type { DeadLetter } from './block.ts';
import { encodeDeadLetter } from './codec.ts';
import { MAX_RECORD_BYTES } from './limits.ts';

/** Room for the letter's other fields. */
const OVERHEAD_BYTES = 256;
const MAX_ERROR_BYTES = 4 * 1024;
const MAX_KEY_BYTES = 8 * 1024;

/** True if the letter holds only the beginning of its record's value. */
export function isCutOff({ error }: Pick<DeadLetter, 'error'>): boolean {
  return / \(the first \d+ of \d+ bytes\)$/.test(error);
}

/** The record of forensic.dead-letters for one that can't be used; what does not fit is cut off, and the error says so. */
export function deadLetter(
  { topic, partition }: PartitionId,
  record: Pick<BusRecord, 'offset' | 'key' | 'value'>,
  error: ForensicsError,
): OutgoingRecord {
  const key = (record.key ?? new Uint8Array()).subarray(0, MAX_KEY_BYTES);
  const room = MAX_RECORD_BYTES - OVERHEAD_BYTES - MAX_ERROR_BYTES - key.length;
  const value = record.value.subarray(0, room);
  const cut = value.length < record.value.length ? ` (the first ${value.length} of ${record.value.length} bytes)` : '';
  // A UTF-16 unit takes at most three bytes of UTF-8.
  const said = `${error.code}: ${error.message}`.slice(0, MAX_ERROR_BYTES / 3 - 64);
  return {
    key: record.key && key,
    value: encodeDeadLetter({ topic, partition, offset: record.offset, error: `${said}${cut}`, key, value }),
  };
}
