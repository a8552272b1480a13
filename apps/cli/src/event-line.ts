/** One event as a line of `POST /v1/events`, without its newline. */
export interface EventLine {
  readonly line: string | Buffer;
  /** Where the event comes from, for whoever has to correct it, e.g. `events.ndjson:17`; absent: it was made by us. */
  readonly origin?: string;
  /** The source itself refuses it: it is counted, not sent. */
  readonly refused?: { readonly code: string; readonly error: string };
}
