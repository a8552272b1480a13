import type { IncomingHttpHeaders } from 'node:http';
import { IsIn, IsInt, Min, validateSync } from 'class-validator';
import { tooLong } from './body-reader.ts';
import { Problem, type ProblemCode } from './problem.ts';

const BODY_TYPES = ['application/x-ndjson', 'application/json', 'application/x-protobuf'] as const;

export type BodyType = (typeof BODY_TYPES)[number];

/** What is answered where a validator of the envelope fails. */
interface Refused {
  readonly status: number;
  readonly code: ProblemCode;
  readonly expected: string;
}

const TYPE: Refused = { status: 415, code: 'unsupported_type', expected: `a Content-Type of ${BODY_TYPES.join(', ')}` };
const CHARSET: Refused = { status: 415, code: 'unsupported_charset', expected: 'charset utf-8, or none' };
const ENCODING: Refused = { status: 415, code: 'unsupported_encoding', expected: 'a Content-Encoding of identity, or none' };
const LENGTH: Refused = { status: 400, code: 'bad_request', expected: 'a Content-Length in bytes' };

/** What a request says of its body before the body is read. */
export class RequestEnvelope {
  /** Media type without its parameters. */
  @IsIn(BODY_TYPES, { context: TYPE })
  readonly type: BodyType;

  @IsIn(['utf-8'], { context: CHARSET })
  readonly charset: string;

  @IsIn(['identity'], { context: ENCODING })
  readonly encoding: string;

  /** Bytes, as announced; 0 for a chunked body. */
  @IsInt({ context: LENGTH })
  @Min(0, { context: LENGTH })
  readonly byteLength: number;

  constructor(headers: IncomingHttpHeaders) {
    const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
    this.type = type.trim() as BodyType;
    this.charset = charsetOf(parameters);
    this.encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
    this.byteLength = headers['content-length'] === undefined ? 0 : Number(headers['content-length']);
  }
}

/**
 * The envelope of a request, checked.
 * @param maxBytes longest body
 * @throws Problem 400, 413 or 415
 */
export function envelopeOf(headers: IncomingHttpHeaders, maxBytes: number): RequestEnvelope {
  const envelope = new RequestEnvelope(headers);
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

/** JSON and protobuf texts are UTF-8; a parameter may say so. */
function charsetOf(parameters: readonly string[]): string {
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.split('=', 2);
    if (name.trim() === 'charset') return value.trim().replace(/^"(.*)"$/, '$1');
  }
  return 'utf-8';
}
