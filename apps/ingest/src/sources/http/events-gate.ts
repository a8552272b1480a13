import type { Readable } from 'node:stream';
import type { Traces } from '@fleet-forensics/shared/process/traces';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Counters } from '../../counters.ts';
import type { Admission, Lease } from './admission.ts';
import { readBody } from './body-reader.ts';
import { readGzip } from './gzip-body.ts';
import { intakePathOf } from './intake-paths.ts';
import { Problem } from './problem.ts';
import { RETRY_AFTER, unknownPath } from './problem-of-error.ts';
import { type BodyType, envelopeOf } from './request-envelope.ts';
import { TracedRequest } from './traced-request.ts';

interface Admitted {
  readonly type: BodyType;
  readonly encoding: 'identity' | 'gzip';
  readonly lease: Lease;
  /** Undefined: nothing is traced. */
  readonly trace: TracedRequest | undefined;
}

/** Another byte of a body has to come within this. */
const BODY_IDLE_MS = 10_000;

const NO_BYTES = Buffer.alloc(0);

/** Lets requests in, and their bodies as they arrive. */
export class EventsGate {
  readonly #admission: Admission;
  readonly #maxBodyBytes: number;
  readonly #counters: Counters;
  readonly #traces: Traces | undefined;
  readonly #waiting = new WeakMap<FastifyRequest, Admitted>();

  constructor(admission: Admission, maxBodyBytes: number, counters: Counters, traces?: Traces) {
    this.#admission = admission;
    this.#maxBodyBytes = maxBodyBytes;
    this.#counters = counters;
    this.#traces = traces;
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
    const path = intakePathOf(request.url);
    if (request.method !== 'POST' || path === undefined) return;
    const { type, encoding, byteLength } = envelopeOf(path, request.headers, this.#maxBodyBytes);
    if (!this.#admission.hasRoomFor(byteLength)) throw overloaded(this.#counters);
    const lease = this.#admission.lease();
    const trace = this.#traces && new TracedRequest(this.#traces, path, request.headers['traceparent']);
    this.#waiting.set(request, { type, encoding, lease, trace });
    // The client may go away before the body is whole: then no handler ever takes the lease.
    reply.raw.once('close', () => {
      if (this.#waiting.delete(request)) lease.release();
    });
  }

  /** The body of a request that was let in, unpacked; of another one, which is answered with an error, nothing. @throws Problem 400, 408, 413, 429 */
  async read(request: FastifyRequest, payload: Readable): Promise<Buffer> {
    const admitted = this.#waiting.get(request);
    if (admitted === undefined) return NO_BYTES;
    const bounds = { maxBytes: this.#maxBodyBytes, idleMs: BODY_IDLE_MS, overloaded: () => overloaded(this.#counters) };
    const read = (body: Readable) => readBody(body, admitted.lease, bounds);
    return admitted.encoding === 'gzip' ? readGzip(payload, read) : read(payload);
  }

  /** The handler takes over: it releases the lease when all is done, even if nobody waits for the answer any more. */
  take(request: FastifyRequest): Admitted {
    const admitted = this.#waiting.get(request);
    // The router knows more spellings of a path (%65 for e) than the gate.
    if (admitted === undefined) throw unknownPath();
    this.#waiting.delete(request);
    return admitted;
  }
}

/** Counts and tells that there is too much in progress. */
export function overloaded(counters: Counters): Problem {
  counters.overloaded += 1;
  return new Problem(429, 'too much is in progress; send again later', { code: 'overloaded' }, RETRY_AFTER);
}
