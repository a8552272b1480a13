import type { Readable } from 'node:stream';
import type { Lease } from './admission.ts';
import { BodyChunks } from './body-chunks.ts';
import { Problem } from './problem.ts';

export interface BodyBounds {
  readonly maxBytes: number;
  /** Milliseconds in which another byte has to come. */
  readonly idleMs: number;
  readonly overloaded: () => Problem;
}

/**
 * Reads a request's body; each byte counts from its arrival. What is left of a refused body is read and dropped by Node.
 * @throws Problem 400 if the connection breaks off or gzip is damaged, 408, 413, 429
 */
export function readBody(payload: Readable, lease: Lease, { maxBytes, idleMs, overloaded }: BodyBounds): Promise<Buffer> {
  const chunks = new BodyChunks();
  return new Promise((resolve, reject) => {
    const idle = setTimeout(() => end(new Problem(408, 'the body stopped coming', { code: 'request_timeout' }, CLOSE)), idleMs);
    const take = (chunk: Buffer) => {
      idle.refresh();
      if (chunks.byteLength + chunk.length > maxBytes) end(tooLong(maxBytes));
      else if (lease.grow(chunk.length)) chunks.add(chunk);
      else end(overloaded());
    };
    const done = () => end(null);
    const broken = (error: NodeJS.ErrnoException) => end(error.code?.startsWith('Z_') ? badGzip() : brokenOff());
    const end = (problem: Problem | null) => {
      clearTimeout(idle);
      payload.off('data', take).off('end', done).off('error', broken);
      if (problem) reject(problem);
      else resolve(chunks.join());
    };
    payload.on('data', take).on('end', done).on('error', broken);
  });
}

function brokenOff(): Problem {
  return new Problem(400, 'the connection broke off within the body', { code: 'bad_request' }, CLOSE);
}

/** zlib's errors have codes that begin with Z_. */
function badGzip(): Problem {
  return new Problem(400, 'the body is not whole gzip, as its Content-Encoding says', { code: 'bad_request' });
}

const CLOSE = { connection: 'close' } as const;

export function tooLong(maxBytes: number): Problem {
  return new Problem(
    413,
    `the body is longer than the ${maxBytes} bytes of FF_INGEST_BODY_BYTES`,
    { code: 'body_too_long' },
    CLOSE,
  );
}
