/** What a span says, by name. */
export type SpanAttributes = Readonly<Record<string, string | number>>;

export interface SpanStart {
  /** A server answers a request, a consumer works on a record. */
  readonly kind: 'server' | 'consumer';
  /** W3C traceparent of the span it was done for; none: it begins a trace. */
  readonly parent?: string | undefined;
  /** 16 digits, hexadecimal; none: by chance. What is done again on a replay has the same id again. */
  readonly id?: string;
  /** Milliseconds since 1970; none: now. */
  readonly startMs?: number;
  readonly attributes?: SpanAttributes;
}

/** Something that is being done. One that is never ended is never told. */
export interface OpenSpan {
  /** W3C traceparent, for what is done on its behalf. */
  readonly traceparent: string;
  end(attributes?: SpanAttributes): void;
  /** Ends it with what went wrong. */
  fail(error: unknown): void;
}

/** The way of a criterion through the services, told to OpenTelemetry: docs/adr/0014-traces-travel-with-the-criterion.md. */
export interface Traces {
  /** @returns undefined if whoever began the trace does not want it to be recorded */
  begin(name: string, start: SpanStart): OpenSpan | undefined;
  /** Spans that were told, and that were not, by name. */
  readonly counts: Readonly<Record<string, number>>;
  /** Tells what is ended, as far as that takes no longer than two seconds. */
  close(): Promise<void>;
}
