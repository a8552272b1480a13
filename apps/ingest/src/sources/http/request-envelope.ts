import type { IncomingHttpHeaders } from 'node:http';
import { IsIn, IsInt, Min, validateSync } from 'class-validator';
import { tooLong } from './body-reader.ts';
import { EVENTS_PATH, type IntakePath, LOGS_PATH } from './intake-paths.ts';
import { Problem, type ProblemCode } from './problem.ts';

const EVENTS_TYPES = ['application/x-ndjson', 'application/json', 'application/x-protobuf'] as const;
const LOGS_TYPES = ['application/x-protobuf', 'application/json'] as const;

export type BodyType = (typeof EVENTS_TYPES)[number];

/** What is answered where a validator of the envelope fails. */
interface Refused {
  readonly status: number;
  readonly code: ProblemCode;
  readonly expected: string;
}

const CHARSET: Refused = { status: 415, code: 'unsupported_charset', expected: 'charset utf-8, or none' };
const LENGTH: Refused = { status: 400, code: 'bad_request', expected: 'a Content-Length in bytes' };

function oneType(types: readonly BodyType[]): Refused {
  return { status: 415, code: 'unsupported_type', expected: `a Content-Type of ${types.join(', ')}` };
}

function oneEncoding(names: string): Refused {
  return { status: 415, code: 'unsupported_encoding', expected: `a Content-Encoding of ${names}, or none` };
}

/** What a request says of its body before the body is read. */
abstract class RequestEnvelope {
  /** Media type without its parameters. */
  abstract readonly type: BodyType;
  abstract readonly encoding: 'identity' | 'gzip';

  @IsIn(['utf-8'], { context: CHARSET })
  readonly charset!: string;

  /** Bytes, as announced; 0 for a chunked body. */
  @IsInt({ context: LENGTH })
  @Min(0, { context: LENGTH })
  readonly byteLength!: number;
}

class EventsEnvelope extends RequestEnvelope {
  @IsIn(EVENTS_TYPES, { context: oneType(EVENTS_TYPES) })
  readonly type!: BodyType;

  @IsIn(['identity'], { context: oneEncoding('identity') })
  readonly encoding!: 'identity';
}

/** OTLP's clients compress unless they are told not to. */
class LogsEnvelope extends RequestEnvelope {
  @IsIn(LOGS_TYPES, { context: oneType(LOGS_TYPES) })
  readonly type!: BodyType;

  @IsIn(['identity', 'gzip'], { context: oneEncoding('gzip, identity') })
  readonly encoding!: 'identity' | 'gzip';
}

const ENVELOPES = { [EVENTS_PATH]: EventsEnvelope, [LOGS_PATH]: LogsEnvelope } as const;

/**
 * The envelope of a request, checked.
 * @param maxBytes longest body
 * @throws Problem 400, 413 or 415
 */
export function envelopeOf(path: IntakePath, headers: IncomingHttpHeaders, maxBytes: number): RequestEnvelope {
  const envelope: RequestEnvelope = Object.assign(new ENVELOPES[path](), headerValues(headers));
  const [invalid] = validateSync(envelope, { stopAtFirstError: true });
  if (invalid?.contexts) {
    const { status, code, expected } = Object.values(invalid.contexts)[0] as Refused;
    throw new Problem(status, `${expected} is expected`, { code });
  }
  if (envelope.byteLength > maxBytes) {
    throw tooLong(maxBytes);
  }
  return envelope;
}

/** As they are written, not checked. */
function headerValues(headers: IncomingHttpHeaders): Readonly<Record<string, unknown>> {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
  return {
    type: type.trim(),
    charset: charsetOf(parameters),
    encoding: headers['content-encoding']?.trim().toLowerCase() ?? 'identity',
    byteLength: headers['content-length'] === undefined ? 0 : Number(headers['content-length']),
  };
}

/** JSON and protobuf texts are UTF-8; a parameter may say so. */
function charsetOf(parameters: readonly string[]): string {
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.split('=', 2);
    if (name.trim() === 'charset') return value.trim().replace(/^"(.*)"$/, '$1');
  }
  return 'utf-8';
}
