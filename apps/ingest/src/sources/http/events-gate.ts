import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { networkOf } from '@fleet-forensics/shared/process/connection-shares';
import type { Traces } from '@fleet-forensics/shared/process/traces';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Access, type Credentials, principalOf } from '../../access/access.ts';
import type { ClientRates } from '../../access/client-rates.ts';
import type { Principal } from '../../access/principal.ts';
import type { Counters } from '../../counters.ts';
import { type Admission, MAX_URGENT_BYTES } from './admission.ts';
import { AdmittedRequest } from './admitted-request.ts';
import { readBody } from './body-reader.ts';
import { readGzip } from './gzip-body.ts';
import { intakePathOf } from './intake-paths.ts';
import { unknownPath } from './problem-of-error.ts';
import { envelopeOf } from './request-envelope.ts';
import { Tarpit } from './tarpit.ts';
import { overloaded, rateLimited } from './too-much.ts';
import { TracedRequest } from './traced-request.ts';
import { unauthorized } from './unauthorized.ts';

/** Another byte of a body has to come within this. */
const BODY_IDLE_MS = 10_000;

const NO_BYTES = Buffer.alloc(0);

export interface EventsGateOptions {
  readonly access: Access;
  readonly admission: Admission;
  readonly rates: ClientRates;
  readonly maxBodyBytes: number;
  readonly counters: Counters;
  /** Undefined: nothing is traced. */
  readonly traces?: Traces | undefined;
}

/** Lets requests in, and their bodies as they arrive. */
export class EventsGate {
  readonly #options: EventsGateOptions;
  readonly #waiting = new WeakMap<FastifyRequest, AdmittedRequest>();
  /** Of those of whom more is known than an address. */
  readonly #clients = new WeakMap<FastifyRequest, string>();
  readonly #tarpit = new Tarpit(() => performance.now());

  constructor(options: EventsGateOptions) {
    this.#options = options;
  }

  /** Bytes of bodies in progress. */
  get inFlightBytes(): number {
    return this.#options.admission.inFlightBytes;
  }

  /**
   * Looks at a request before its body is read, and first of all at who sends it.
   * @throws Problem 401, 400, 413, 415, or 429 under overload
   */
  admit(request: FastifyRequest, reply: FastifyReply): void {
    const path = intakePathOf(request.url);
    if (request.method !== 'POST' || path === undefined) return;
    const { admission, rates, maxBodyBytes, counters, traces } = this.#options;
    const principal = this.#principalOf(request.raw);
    this.#clients.set(request, principal.id);
    const envelope = envelopeOf(path, request.headers, maxBodyBytes);
    const { byteLength } = envelope;
    const rate = principal.isKnown ? rates.of(principal.id) : null;
    const waitS = rate?.waitS(false) ?? 0;
    if (waitS > 0 && (byteLength > MAX_URGENT_BYTES || rate!.waitS(true) > 0)) throw rateLimited(counters, waitS);
    if (!admission.hasRoomFor(principal.id, byteLength)) throw overloaded(counters);
    const lease = admission.lease(principal.id, waitS > 0);
    const trace = traces && new TracedRequest(traces, path, request.headers['traceparent']);
    this.#waiting.set(request, new AdmittedRequest(envelope, lease, { principal, rate, counters, trace }));
    // The client may go away before the body is whole: then no handler ever takes the lease.
    reply.raw.once('close', () => {
      if (this.#waiting.delete(request)) lease.release();
    });
  }

  /** The body of a request that was let in, unpacked; of another one, which is answered with an error, nothing. @throws Problem 400, 408, 413, 429 */
  async read(request: FastifyRequest, payload: Readable): Promise<Buffer> {
    const admitted = this.#waiting.get(request);
    if (admitted === undefined) return NO_BYTES;
    const { maxBodyBytes: maxBytes } = this.#options;
    const bounds = { maxBytes, idleMs: BODY_IDLE_MS, overloaded: () => admitted.tooMuch() };
    const read = (body: Readable) => readBody(body, admitted.lease, bounds);
    try {
      const body = await (admitted.encoding === 'gzip' ? readGzip(payload, admitted, read) : read(payload));
      admitted.checkRate();
      return body;
    } catch (error) {
      // Its refusal may be told late, and needs no room until then.
      this.#waiting.delete(request);
      admitted.lease.release();
      throw error;
    }
  }

  /** The handler takes over: it releases the lease when all is done, even if nobody waits for the answer any more. */
  take(request: FastifyRequest): AdmittedRequest {
    const admitted = this.#waiting.get(request);
    // The router knows more spellings of a path (%65 for e) than the gate.
    if (admitted === undefined) throw unknownPath();
    this.#waiting.delete(request);
    return admitted;
  }

  /** Holds the answer of a client that is refused too often. */
  async answer(request: FastifyRequest, reply: FastifyReply, byteLength: number): Promise<void> {
    if (reply.statusCode < 400) return;
    request.body = undefined;
    const client = this.#clients.get(request) ?? networkOf(request.raw.socket.remoteAddress ?? '');
    const isClosed = await this.#tarpit.hold(client, { request: request.raw, response: reply.raw, byteLength });
    if (isClosed) this.#options.counters.refusedConnection('refusals');
  }

  #principalOf(request: IncomingMessage): Principal {
    const { access, counters } = this.#options;
    const principal = principalOf(access, credentialsOf(request), Date.now());
    if (typeof principal === 'string') throw unauthorized(principal, request.headers, counters);
    return principal;
  }
}

function credentialsOf({ headers, socket }: IncomingMessage): Credentials {
  return {
    authorization: headers.authorization,
    certificate: certificateOf(socket),
    address: networkOf(socket.remoteAddress ?? ''),
  };
}

/** Only one that the authority has signed: others don't get this far, and are none. */
function certificateOf(socket: Socket): Credentials['certificate'] {
  return socket instanceof TLSSocket && socket.authorized ? socket.getPeerX509Certificate() : undefined;
}
