import type { RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Counters } from '../../counters.ts';
import { RareWarning } from '@fleet-forensics/shared/process/rare-warning';
import { addressBound } from '../address-bound.ts';

export interface ConnectionBounds {
  readonly connections: number;
  /** 0: no bound. */
  readonly connectionsPerAddress: number;
}

/**
 * Requests of one connection that are not answered yet, or were in the same turn of the event loop: a client may send on without waiting
 * (RFC 9112, section 9.3.2). Each takes some kilobytes, which nobody counts, and Node parses all that have arrived, a few hundred, before
 * another connection gets its turn; no client that we know sends a second one.
 */
const MAX_PIPELINED = 8;

/** Bounds the connections of a server. What is beyond that is closed and counted. */
export function boundConnections(
  server: Server,
  { connections, connectionsPerAddress }: ConnectionBounds,
  counters: Counters,
  warn: (message: string) => void,
): void {
  const rareWarning = new RareWarning(warn, () => performance.now());
  server.maxConnections = connections;
  server.on('drop', () => {
    counters.refusedConnection('all');
    rareWarning.tell(`ingest has ${connections} connections (FF_INGEST_CONNECTIONS): further ones are closed`);
  });
  const ofAddress = {
    max: connectionsPerAddress,
    setting: 'FF_INGEST_CONNECTIONS_PER_ADDRESS',
    warn,
    refused: () => counters.refusedConnection('address'),
  };
  // Before TLS and HTTP see it.
  server.prependListener('connection', addressBound(ofAddress));
}

/** Passes requests on, but those that are sent without waiting for answers: their connection is closed, and nobody looks at the rest. */
export function withoutPipelines(handle: RequestListener, counters: () => Counters): RequestListener {
  const unanswered = new WeakMap<Socket, number>();
  return (request, response) => {
    const { socket } = request;
    if (socket.destroyed) return;
    const count = (unanswered.get(socket) ?? 0) + 1;
    unanswered.set(socket, count);
    response.once('close', () => setImmediate(() => void unanswered.set(socket, unanswered.get(socket)! - 1)));
    if (count <= MAX_PIPELINED) {
      handle(request, response);
      return;
    }
    counters().refusedConnection('pipelining');
    socket.destroy();
  };
}
