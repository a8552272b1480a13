import type { BusRecord } from '@fleet-forensics/shared/bus/port';
import { ForensicsError } from '@fleet-forensics/shared/error';
import type { DeadLetter } from '@fleet-forensics/shared/wire/block';
import { decodeDeadLetter } from '@fleet-forensics/shared/wire/codec';

/** A record of forensic.dead-letters. Its bytes are valid as long as the record's. */
export interface StoredLetter {
  readonly record: BusRecord;
  /** Null: the record is no dead letter. */
  readonly letter: DeadLetter | null;
}

export function storedLetter(record: BusRecord): StoredLetter {
  return { record, letter: letterOf(record.value) };
}

/** The stable code that the letter's error begins with; empty if it has none. */
export function errorCode({ error }: DeadLetter): string {
  return /^FF_[A-Z_]{1,60}(?=:)/.exec(error)?.[0] ?? '';
}

function letterOf(value: Uint8Array): DeadLetter | null {
  try {
    return decodeDeadLetter(value);
  } catch (error) {
    // Somebody else wrote it; it is shown as what it is.
    if (error instanceof ForensicsError) return null;
    throw error;
  }
}
