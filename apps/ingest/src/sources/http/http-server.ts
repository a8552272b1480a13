import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { TlsOptions } from 'node:tls';

/** A request has to be whole within this; a slow one gives its bytes back. */
const REQUEST_TIMEOUT_MS = 60_000;

/** Its headers have to be whole within this. */
const HEADERS_TIMEOUT_MS = 10_000;

/** How often is looked for requests that are late. */
const LATE_EVERY_MS = 2000;

/** A connection on which nothing moves for this long is closed; an answer waits for the log at most so long. */
const CONNECTION_TIMEOUT_MS = 60_000;

/** A connection without a request is closed after this: before {@link CONNECTION_TIMEOUT_MS}, and clients are told. */
const KEEP_ALIVE_MS = 30_000;

/** A server that waits for no client longer than it has to, not yet listening. @param tls null: plain HTTP */
export function createHttpServer(tls: TlsOptions | null, handle: RequestListener): Server {
  const times = {
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: HEADERS_TIMEOUT_MS,
    connectionsCheckingInterval: LATE_EVERY_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
  const server = tls ? createTlsServer({ ...times, ...tls }, handle) : createServer(times, handle);
  return server.setTimeout(CONNECTION_TIMEOUT_MS);
}
