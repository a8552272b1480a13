import { ForensicsError, hasCode } from '@fleet-forensics/shared/error';
import { EVENTS_PATH, intakePathOf, LOGS_PATH } from './intake-paths.ts';
import { Problem } from './problem.ts';

/** Seconds after which a publisher may try again. */
const RETRY_AFTER_S = 1;

export const RETRY_AFTER = { 'retry-after': String(RETRY_AFTER_S) } as const;

/** What of a request decides how an error is told. */
interface Requested {
  readonly url: string;
}

/** The answer to an error, whoever threw it: Fastify, Nest, the log or ourselves. */
export function problemOfError(error: unknown, request: Requested): Problem {
  if (error instanceof Problem) return error;
  if (hasCode(error, 'FF_LOG_UNAVAILABLE')) {
    return new Problem(
      503,
      'the log can not be written now; nothing of this request is promised',
      { code: 'log_unavailable' },
      RETRY_AFTER,
    );
  }
  const status = error instanceof ForensicsError ? 500 : statusOf(error);
  switch (status) {
    case 404:
      return problemOfPath(request.url);
    case 413:
      return new Problem(413, 'the body is longer than FF_INGEST_BODY_BYTES', { code: 'body_too_long' });
    case 500:
      return new Problem(500, 'ingest failed on this request; its log says why', { code: 'internal_error' });
    default:
      return new Problem(status, 'the request is not one that HTTP allows', { code: 'bad_request' });
  }
}

function problemOfPath(url: string): Problem {
  const path = intakePathOf(url);
  if (path === undefined) return unknownPath();
  return new Problem(405, `only POST is allowed on ${path}`, { code: 'wrong_method' }, { allow: 'POST' });
}

export function unknownPath(): Problem {
  const detail = `there is nothing here; events go to POST ${EVENTS_PATH}, OTLP logs to POST ${LOGS_PATH}, in this spelling`;
  return new Problem(404, detail, { code: 'unknown_path' });
}

/** Fastify's errors carry `statusCode`, Nest's `status`. */
function statusOf(error: unknown): number {
  const { statusCode, status } = error as { statusCode?: unknown; status?: unknown };
  for (const candidate of [statusCode, status]) {
    if (typeof candidate === 'number' && candidate >= 400 && candidate < 500) return candidate;
  }
  return 500;
}
