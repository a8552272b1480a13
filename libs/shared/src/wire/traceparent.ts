/** Bytes of a trace context on the wire. */
export const TRACEPARENT_BYTES = 55;

/** The span that something was done for: https://www.w3.org/TR/trace-context/#traceparent-header */
export interface TraceContext {
  /** 32 digits, hexadecimal, small letters. */
  readonly traceId: string;
  /** 16 digits. */
  readonly spanId: string;
  /** Whoever began the trace wants it to be recorded. */
  readonly isSampled: boolean;
}

const SYNTAX = /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(-.*)?$/;

/** Version 00, and later ones as far as 00 knows them. Undefined: it is not one, and counts as none, as the standard demands. */
export function parseTraceparent(text: string): TraceContext | undefined {
  const [, version, traceId, spanId, flags, more] = SYNTAX.exec(text) ?? [];
  if (!traceId || !spanId || !flags || (version === '00' && more !== undefined)) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** In version 00, {@link TRACEPARENT_BYTES} long. */
export function formatTraceparent({ traceId, spanId, isSampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-0${isSampled ? 1 : 0}`;
}

/** As it is in a record: nothing but version 00 is written to one. Undefined: there is none, or one that counts as none. */
export function recordedTraceparent(text: string | null | undefined): string | undefined {
  if (!text) return undefined;
  return text.length === TRACEPARENT_BYTES && parseTraceparent(text) ? text : undefined;
}
