import type { RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Counters } from '../../counters.ts';
import { ConnectionShares } from '@fleet-forensics/shared/process/connection-shares';
import { RareWarning } from '@fleet-forensics/shared/process/rare-warning';

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
  const shares = new ConnectionShares(connectionsPerAddress === 0 ? Infinity : connectionsPerAddress);
  server.maxConnections = connections;
  server.on('drop', () => {
    counters.refusedConnection('all');
    rareWarning.tell(`ingest has ${connections} connections (FF_INGEST_CONNECTIONS): further ones are closed`);
  });
  // Before TLS and HTTP see it.
  server.prependListener('connection', (socket: Socket) => {
    const full = shares.take(socket);
    if (full === undefined) return;
    counters.refusedConnection('address');
    rareWarning.tell(
      `${full} has ${connectionsPerAddress} connections to ingest (FF_INGEST_CONNECTIONS_PER_ADDRESS): further ones are closed`,
    );
  });
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
