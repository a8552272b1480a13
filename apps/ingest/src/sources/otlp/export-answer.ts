import { otlp } from '@fleet-forensics/shared/wire/otlp-schema';
import type { Taken } from '../http/item-intake.ts';
import type { Problem } from '../http/problem.ts';

/** What is sent back: OTLP answers in the encoding of the request. */
export interface EncodedAnswer {
  readonly type: 'application/json' | 'application/x-protobuf';
  readonly bytes: Buffer;
}

/** Rejections that the error message of a partial success tells: it ends up in the shipper's log. */
const SHOWN_REJECTIONS = 5;

/** ExportLogsServiceResponse: a partial success where records were rejected; the sender must not send those again. */
export function exportAnswer(taken: Taken, requestType: string): EncodedAnswer {
  const { rejectedCount } = taken;
  if (rejectedCount === 0) return encoded(requestType, {}, otlp.ExportLogsServiceResponse);
  const errorMessage = messageOf(taken);
  if (isJson(requestType)) {
    // A 64-bit integer is a text in protobuf's JSON.
    return jsonAnswer({ partialSuccess: { rejectedLogRecords: String(rejectedCount), errorMessage } });
  }
  return encoded(
    requestType,
    { partialSuccess: { rejectedLogRecords: rejectedCount, errorMessage } },
    otlp.ExportLogsServiceResponse,
  );
}

/** google.rpc.Status without its code, which OTLP does not use: the HTTP status says whether to send again. */
export function statusAnswer({ details, message }: Problem, requestType: string): EncodedAnswer {
  return encoded(requestType, { message: `${details.code}: ${message}` }, otlp.Status);
}

function messageOf({ accepted, rejected, rejectedCount }: Taken): string {
  const shown = rejected.slice(0, SHOWN_REJECTIONS).map(({ line, code, error }) => `record ${line}: ${code}: ${error}`);
  const rest = rejectedCount > shown.length ? [`and ${rejectedCount - shown.length} more`] : [];
  return [`${rejectedCount} of ${accepted + rejectedCount} log records were rejected`, ...shown, ...rest].join('; ');
}

interface Encodable<T> {
  encode(message: T): { finish(): Uint8Array };
}

function encoded<T extends object>(requestType: string, message: T, type: Encodable<T>): EncodedAnswer {
  if (isJson(requestType)) return jsonAnswer(message);
  return { type: 'application/x-protobuf', bytes: Buffer.from(type.encode(message).finish()) };
}

function jsonAnswer(message: object): EncodedAnswer {
  return { type: 'application/json', bytes: Buffer.from(JSON.stringify(message)) };
}

function isJson(requestType: string): boolean {
  return !/^application\/x-protobuf\b/i.test(requestType);
}
