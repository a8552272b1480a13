import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Counters } from '../../counters.ts';
import type { Admission, Lease } from './admission.ts';
import { readBody } from './body-reader.ts';
import { Problem } from './problem.ts';
import { EVENTS_PATH, isEventsPath, RETRY_AFTER } from './problem-of-error.ts';
import { type BodyType, envelopeOf } from './request-envelope.ts';

interface Admitted {
  readonly type: BodyType;
  readonly lease: Lease;
}

/** Another byte of a body has to come within this. */
const BODY_IDLE_MS = 10_000;

const NO_BYTES = Buffer.alloc(0);

/** Lets requests in, and their bodies as they arrive. */
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

  /** Bytes of bodies in progress. */
  get inFlightBytes(): number {
    return this.#admission.inFlightBytes;
  }

  /**
   * Looks at a request before its body is read.
   * @throws Problem 400, 413, 415, or 429 under overload
   */
  admit(request: FastifyRequest, reply: FastifyReply): void {
    if (request.method !== 'POST' || !isEventsPath(request.url)) return;
    const { type, byteLength } = envelopeOf(request.headers, this.#maxBodyBytes);
    if (!this.#admission.hasRoomFor(byteLength)) throw overloaded(this.#counters);
    const lease = this.#admission.lease();
    this.#waiting.set(request, { type, lease });
    // The client may go away before the body is whole: then no handler ever takes the lease.
    reply.raw.once('close', () => {
      if (this.#waiting.delete(request)) lease.release();
    });
  }

  /** The body of a request that was let in; of another one, which is answered with an error, nothing. @throws Problem 408, 413, 429 */
  async read(request: FastifyRequest, payload: Readable): Promise<Buffer> {
    const admitted = this.#waiting.get(request);
    if (admitted === undefined) return NO_BYTES;
    const bounds = { maxBytes: this.#maxBodyBytes, idleMs: BODY_IDLE_MS, overloaded: () => overloaded(this.#counters) };
    return readBody(payload, admitted.lease, bounds);
  }

  /** The handler takes over: it releases the lease when all is done, even if nobody waits for the answer any more. */
  take(request: FastifyRequest): Admitted {
    const admitted = this.#waiting.get(request);
    // The router knows more spellings of a path (%65 for e) than the gate.
    if (admitted === undefined)
      throw new Problem(404, `events go to POST ${EVENTS_PATH}, in this spelling`, { code: 'unknown_path' });
    this.#waiting.delete(request);
    return admitted;
  }
}

/** Counts and tells that there is too much in progress. */
export function overloaded(counters: Counters): Problem {
  counters.overloaded += 1;
  return new Problem(429, 'too much is in progress; send again later', { code: 'overloaded' }, RETRY_AFTER);
}
