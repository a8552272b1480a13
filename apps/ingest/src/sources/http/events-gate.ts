import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Counters } from '../../counters.ts';
import type { Admission, Lease } from './admission.ts';
import { Problem } from './problem.ts';
import { isEventsPath, RETRY_AFTER } from './problem-of-error.ts';
import { type BodyType, envelopeOf } from './request-envelope.ts';

interface Admitted {
  readonly type: BodyType;
  readonly lease: Lease;
}

/** Lets requests in before their bodies are read. */
export class EventsGate {
  readonly #admission: Admission;
  readonly #maxBodyBytes: number;
  readonly #counters: Counters;
  readonly #waiting = new WeakMap<FastifyRequest, Admitted>();

  constructor(admission: Admission, maxBodyBytes: number, counters: Counters) {
    this.#admission = admission;
    this.#maxBodyBytes = maxBodyBytes;
    this.#counters = counters;
  }

  /**
   * Reserves the bytes of a body.
   * @throws Problem 400, 413, 415, or 429 under overload
   */
  admit(request: FastifyRequest, reply: FastifyReply): void {
    if (request.method !== 'POST' || !isEventsPath(request.url)) return;
    const { type, byteLength } = envelopeOf(request.headers, this.#maxBodyBytes);
    const lease = this.#admission.admit(byteLength);
    if (lease === null) throw overloaded(this.#counters);
    this.#waiting.set(request, { type, lease });
    // The client may go away before the body is whole: then no handler ever takes the lease.
    reply.raw.once('close', () => {
      if (this.#waiting.delete(request)) lease.release();
    });
  }

  /** The handler takes over: it releases the lease when all is done, even if nobody waits for the answer any more. */
  take(request: FastifyRequest): Admitted {
    const admitted = this.#waiting.get(request);
    if (admitted === undefined) throw new Error('a request came by the gate');
    this.#waiting.delete(request);
    return admitted;
  }
}

/** Counts and tells that there is too much in progress. */
export function overloaded(counters: Counters): Problem {
  counters.overloaded += 1;
  return new Problem(429, 'too much is in progress; send again later', { code: 'overloaded' }, RETRY_AFTER);
}
