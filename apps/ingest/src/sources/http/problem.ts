import { STATUS_CODES } from 'node:http';

/** Which problem it is; docs/API.md explains each, so a code never changes its meaning. */
export const PROBLEM_CODES = [
  'nothing_valid',
  'empty_body',
  'bad_request',
  'unauthorized',
  'foreign_node',
  'unknown_path',
  'wrong_method',
  'request_timeout',
  'body_too_long',
  'unsupported_type',
  'unsupported_charset',
  'unsupported_encoding',
  'overloaded',
  'rate_limited',
  'headers_too_long',
  'internal_error',
  'log_unavailable',
] as const;

export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** Members of a problem beyond those of RFC 9457. */
export interface ProblemDetails {
  readonly code: ProblemCode;
  readonly rejected?: readonly Rejection[];
  readonly rejectedCount?: number;
}

/** An item of a body that was not taken. */
export interface Rejection {
  /** A line's number from 1; an element's or a batch's index from 0. */
  readonly line: number;
  readonly code: string;
  readonly error: string;
}

export const PROBLEM_TYPE = 'application/problem+json';

/** An answer other than success. What it says is for whoever sent the request: nothing of the inside. */
export class Problem extends Error {
  override readonly name = 'Problem';

  /** @param retryAfterS seconds for Retry-After */
  constructor(
    readonly status: number,
    detail: string,
    readonly details: ProblemDetails,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
  }

  /** RFC 9457, section 3; `about:blank`: the problem is what the status says, and `code` which of them. */
  body(): object {
    const { status, message, details } = this;
    return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail: message, ...details };
  }
}
