import { createServer, type Server, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { SocketSettings } from '@fleet-forensics/shared/settings/socket-settings';
import type { Source, SourcePorts } from '../source.ts';
import { ClosedConnections } from './closed-connections.ts';
import { LastReading } from './last-reading.ts';
import { type ListeningSocket, listenOn } from './listening-socket.ts';
import { LiveSessions } from './live-sessions.ts';
import { type ConnectionPorts, NodeConnection } from './node-connection.ts';
import { RareWarning } from '@fleet-forensics/shared/process/rare-warning';
import { LostRecords } from '../reading/lost-records.ts';
import { ReadRoom } from '../reading/read-room.ts';
import { ReadTurns } from '../reading/read-turns.ts';

/** A socket that is not read holds one chunk, not as many as fit under a higher mark. */
const HIGH_WATER_MARK = 1;

/** Connections that have not said OPEN are looked at this often. */
const AWAIT_OPEN_EVERY_MS = 1000;

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
  #listening: ListeningSocket | null = null;
  #awaitingOpen: NodeJS.Timeout | null = null;
  #lastReading: LastReading | null = null;

  private constructor(settings: SocketSettings, ports: SocketPorts) {
    const { node, settings: bounds, criteria, publisher, counters, warn } = ports;
    this.place = `the socket ${settings.path}`;
    this.#ports = ports;
    const closed = new ClosedConnections(counters.socket, warn, CLOCK);
    const lost = new LostRecords(
      counters.socket,
      new RareWarning(warn, CLOCK),
      () => 'socket: messages are lost, since the log takes none: they will be missing in their blocks',
    );
    this.#room = new ReadRoom(settings.inflightBytes, () => this.#flow());
    this.#shared = {
      node,
      bounds,
      criteria,
      counters: counters.socket,
      nowUs: () => Date.now() * 1000,
      live: new LiveSessions(),
      room: this.#room,
      turns: new ReadTurns(CLOCK),
      add: (event, watcher) => publisher.add(event, watcher),
      lost: (batch) => lost.add(batch),
      closed: (reason) => closed.add(reason),
    };
    this.#server = createServer({ highWaterMark: HIGH_WATER_MARK }, (socket) => this.#connected(socket));
    this.#server.maxConnections = settings.connections;
    const refusal = new RareWarning(warn, CLOCK);
    this.#server.on('drop', () => {
      counters.socket.refused += 1;
      this.#lastReading?.accepted(null);
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
    source.#awaitingOpen = setInterval(() => source.#awaitOpen(), AWAIT_OPEN_EVERY_MS).unref();
    return source;
  }

  /** Of all connections, that the log has not taken. */
  get inFlightBytes(): number {
    return this.#room.takenBytes;
  }

  /** What was sent so far is read; nothing is said of the sessions that live: their modules find the next ingest. */
  async close(): Promise<void> {
    this.#listening?.remove();
    if (this.#awaitingOpen) clearInterval(this.#awaitingOpen);
    await this.#readLast();
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const connection of this.#connections) connection.stop();
    await closed;
  }

  async #readLast(): Promise<void> {
    const reading = new LastReading(this.#connections, CLOCK);
    this.#lastReading = reading;
    await reading.done();
    if (reading.unread === 0 && reading.hasAcceptedAll) return;
    this.#ports.counters.socket.closedUnread += reading.unread;
    const notAccepted = reading.hasAcceptedAll ? '' : ', and others before they were accepted';
    this.#ports.warn(`socket: ${reading.unread} connections were closed before all was read that had arrived${notAccepted}`);
  }

  #connected(socket: Socket): void {
    const connection = new NodeConnection(socket, this.#shared);
    this.#connections.add(connection);
    this.#lastReading?.accepted(connection);
    this.#ports.counters.socket.connections += 1;
    socket.once('close', () => this.#connections.delete(connection));
  }

  #flow(): void {
    for (const connection of this.#connections) connection.flow();
  }

  #awaitOpen(): void {
    for (const connection of this.#connections) connection.awaitOpen();
  }
}
