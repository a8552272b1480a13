/** Why a line was not taken; docs/API.md explains each to publishers, so a code never changes its meaning. */
export const REFUSAL_CODES = [
  'ambiguous_event',
  'bad_base64',
  'bad_json',
  'bad_name',
  'bad_record',
  'bad_time',
  'detail_too_long',
  'duplicate_key',
  'foreign_node',
  'invalid_utf8',
  'message_too_long',
  'missing_key',
  'name_too_long',
  'not_allowed',
  'number_out_of_range',
  'seq_not_above',
  'too_deep',
  'unexpected_key',
  'unknown_criterion',
  'unknown_key',
  'unknown_type',
  'wrong_type',
] as const;

export type RefusalCode = (typeof REFUSAL_CODES)[number];

export interface Refusal {
  readonly code: RefusalCode;
  /** Which key, what was found, what is expected. */
  readonly error: string;
}

/** Bytes of a publisher's text that an error shows. */
const SHOWN_BYTES = 40;

/** Candidates are compared with words up to this length: the comparison takes the product of both lengths. */
export const MAX_GUESSED_LENGTH = 64;

/** What JSON leaves as it is and a terminal does not: DEL, C1 controls, line separators, and marks that turn the direction of text. */
const UNSEEN = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** The start of a text as an error shows it: quoted, control characters escaped, bounded. */
export function shown(text: string): string {
  const start = text.length > SHOWN_BYTES ? `${text.slice(0, SHOWN_BYTES)}…` : text;
  return JSON.stringify(start).replace(UNSEEN, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** As {@link shown}, for the bytes from `start` up to `end`. */
export function shownBytes(bytes: Buffer, start: number, end: number): string {
  // One byte more than is shown, so that a cut is seen as one.
  return shown(bytes.toString('utf8', start, Math.min(end, start + SHOWN_BYTES + 1)));
}
