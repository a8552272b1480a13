import { ForensicsError, hasCode } from '@fleet-forensics/shared/error';
import { Problem } from './problem.ts';

export const EVENTS_PATH = '/v1/events';

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
      return isEventsPath(request.url)
        ? new Problem(405, `only POST is allowed on ${EVENTS_PATH}`, { code: 'wrong_method' }, { allow: 'POST' })
        : new Problem(404, `there is nothing here; events go to POST ${EVENTS_PATH}`, { code: 'unknown_path' });
    case 413:
      return new Problem(413, 'the body is longer than FF_INGEST_BODY_BYTES', { code: 'body_too_long' });
    case 500:
      return new Problem(500, 'ingest failed on this request; its log says why', { code: 'internal_error' });
    default:
      return new Problem(status, 'the request is not one that HTTP allows', { code: 'bad_request' });
  }
}

export function isEventsPath(url: string): boolean {
  return url.split('?', 1)[0] === EVENTS_PATH;
}

/** Fastify's errors carry `statusCode`, Nest's `status`. */
function statusOf(error: unknown): number {
  const { statusCode, status } = error as { statusCode?: unknown; status?: unknown };
  for (const candidate of [statusCode, status]) {
    if (typeof candidate === 'number' && candidate >= 400 && candidate < 500) return candidate;
  }
  return 500;
}
