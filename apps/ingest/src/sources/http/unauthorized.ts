import type { IncomingHttpHeaders } from 'node:http';
import type { AccessRefusal } from '../../access/access.ts';
import type { Counters } from '../../counters.ts';
import { Problem } from './problem.ts';

/** A refused body up to this long is read and dropped, so that its sender hears why; of a longer one the connection is closed. */
const DROPPED_BYTES = 1024 * 1024;

/** Counts and tells that it is not known who sends a request. Why a token is not taken is not told. */
export function unauthorized(reason: AccessRefusal, headers: IncomingHttpHeaders, counters: Counters): Problem {
  counters.unauthorized(reason);
  const challenge = reason === 'missing_token' ? CHALLENGE : `${CHALLENGE}, error="invalid_token"`;
  const isShort = Number(headers['content-length'] ?? Infinity) <= DROPPED_BYTES;
  return new Problem(
    401,
    reason === 'missing_certificate'
      ? 'a client certificate is needed'
      : 'a token that is in force is needed: Authorization: Bearer …',
    { code: 'unauthorized' },
    { 'www-authenticate': challenge, ...(isShort ? {} : { connection: 'close' }) },
  );
}

/** RFC 6750, section 3. */
const CHALLENGE = 'Bearer realm="fleet-forensics"';
