import { ForensicsError } from '@fleet-forensics/shared/error';

/** Log records of a request, its ResourceLogs and ScopeLogs, and other fields beside them, all together. */
export const MAX_PARTS = 50_000;

/** Bytes of a log record or a resource; of one in JSON, characters of its texts. Its message alone may have half of them. */
export const MAX_PART_BYTES = 131_072;

/** Fields of a log record or a resource, those of values inside values too: an attribute with a text counts four. */
export const MAX_PART_FIELDS = 4096;

/** What is too large is refused before objects are made of it: a few packed KiB could be gigabytes of them. */
export class FieldBudget {
  readonly #exceeded: () => Error;
  #left: number;

  /** @param exceeded what is thrown when more are spent */
  constructor(fields: number, exceeded: () => Error) {
    this.#left = fields;
    this.#exceeded = exceeded;
  }

  spend(fields = 1): void {
    this.#left -= fields;
    if (this.#left < 0) throw this.#exceeded();
  }
}

/** Of one record or one resource. Beyond it, FF_BAD_RECORD is thrown. */
export function partBudget(): FieldBudget {
  return new FieldBudget(MAX_PART_FIELDS, () => {
    const message = `has more than ${MAX_PART_FIELDS} fields, those of values inside values counted`;
    return new ForensicsError('FF_BAD_RECORD', message);
  });
}

/** @throws ForensicsError FF_BAD_RECORD if a record or a resource has more bytes than {@link MAX_PART_BYTES} */
export function checkPartBytes(byteLength: number): void {
  if (byteLength <= MAX_PART_BYTES) return;
  throw new ForensicsError('FF_BAD_RECORD', `has more than ${MAX_PART_BYTES} bytes`);
}
