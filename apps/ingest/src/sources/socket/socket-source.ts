import { createServer, type Server, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { ForensicsError } from '@fleet-forensics/shared/error';
import type { SocketSettings } from '@fleet-forensics/shared/settings/socket-settings';
import type { SessionBatch } from '@fleet-forensics/shared/wire/session-event';
import type { Source, SourcePorts } from '../source.ts';
import { type ListeningSocket, listenOn } from './listening-socket.ts';
import { type ConnectionPorts, NodeConnection } from './node-connection.ts';
import { RareWarning } from '../../rare-warning.ts';
import { ReadRoom } from '../reading/read-room.ts';
import { ReadTurns } from './read-turns.ts';

/** A socket that is not read holds one chunk, not as many as fit under a higher mark. */
const HIGH_WATER_MARK = 1;

const CLOCK = (): number => performance.now();

/** Its lines come with their criteria. */
export type SocketPorts = Omit<SourcePorts, 'rules'>;

/** The Unix socket that the modules of the FTP server on this host send to: docs/NODE-SOCKET.md. */
export class SocketSource implements Source {
  readonly place: string;
  readonly #ports: SocketPorts;
  readonly #server: Server;
  readonly #connections = new Set<NodeConnection>();
  readonly #room: ReadRoom;
  readonly #shared: ConnectionPorts;
  readonly #damage: RareWarning;
  readonly #loss: RareWarning;
  #listening: ListeningSocket | null = null;
  #lastLost: SessionBatch | null = null;

  private constructor(settings: SocketSettings, ports: SocketPorts) {
    const { node, settings: bounds, criteria, publisher, counters, warn } = ports;
    this.place = `the socket ${settings.path}`;
    this.#ports = ports;
    this.#damage = new RareWarning(warn, CLOCK);
    this.#loss = new RareWarning(warn, CLOCK);
    this.#room = new ReadRoom(settings.inflightBytes, () => this.#flow());
    this.#shared = {
      node,
      bounds,
      criteria,
      counters: counters.socket,
      nowUs: () => Date.now() * 1000,
      room: this.#room,
      turns: new ReadTurns(CLOCK),
      add: (event, watcher) => publisher.add(event, watcher),
      lost: (batch) => this.#lost(batch),
      damaged: (reason) => this.#damaged(reason),
    };
    this.#server = createServer({ highWaterMark: HIGH_WATER_MARK }, (socket) => this.#connected(socket));
    this.#server.maxConnections = settings.connections;
    const refusal = new RareWarning(warn, CLOCK);
    this.#server.on('drop', () => {
      counters.socket.refused += 1;
      refusal.tell(`socket: a connection was closed: there are FF_SOCKET_CONNECTIONS=${settings.connections}`);
    });
  }

  /** @throws ForensicsError FF_SOCKET_IN_USE, FF_LISTEN_FAILED */
  static async open(settings: SocketSettings, ports: SocketPorts): Promise<SocketSource> {
    const source = new SocketSource(settings, ports);
    try {
      source.#listening = await listenOn(source.#server, settings.path);
    } catch (error) {
      source.#server.close();
      throw error;
    }
    return source;
  }

  /** Of all connections, that the log has not taken. */
  get inFlightBytes(): number {
    return this.#room.takenBytes;
  }

  /** Nothing is said of the sessions: their modules find the next ingest. */
  async close(): Promise<void> {
    this.#listening?.remove();
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const connection of this.#connections) connection.stop();
    await closed;
  }

  #connected(socket: Socket): void {
    const connection = new NodeConnection(socket, this.#shared);
    this.#connections.add(connection);
    this.#ports.counters.socket.connections += 1;
    socket.once('close', () => this.#connections.delete(connection));
  }

  #flow(): void {
    for (const connection of this.#connections) connection.flow();
  }

  #damaged({ code, message }: ForensicsError): void {
    this.#ports.counters.socket.damaged += 1;
    this.#damage.tell(`socket: a connection was closed: ${code}: ${message}`);
  }

  /** All pieces of one record are told one after another. */
  #lost(batch: SessionBatch): void {
    if (batch === this.#lastLost) return;
    this.#lastLost = batch;
    this.#ports.counters.socket.lost += batch.messageCount + (batch.criterion ? 1 : 0);
    this.#loss.tell('socket: messages are lost, since the log takes none: they will be missing in their blocks');
  }
}
