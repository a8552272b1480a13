import { createServer, type Server, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { ForensicsError } from '@fleet-forensics/shared/error';
import type { SocketSettings } from '@fleet-forensics/shared/settings/socket-settings';
import type { SessionBatch } from '@fleet-forensics/shared/wire/session-event';
import type { Source, SourcePorts } from '../source.ts';
import { type ListeningSocket, listenOn } from './listening-socket.ts';
import { type ConnectionPorts, NodeConnection } from './node-connection.ts';
import { SessionClaims } from './session-claims.ts';
import { RareWarning } from '../../rare-warning.ts';
import { ReadRoom } from '../reading/read-room.ts';
import { ReadTurns } from '../reading/read-turns.ts';

/** A socket that is not read holds one chunk, not as many as fit under a higher mark. */
const HIGH_WATER_MARK = 1;

const CLOCK = (): number => performance.now();

/** Connections that have not said OPEN are looked for this often. */
const EXPIRY_EVERY_MS = 1000;

/** On close, what sessions have sent is read until nothing came for so long, and no longer than this in all. */
const REST_QUIET_MS = 30;
const REST_WITHIN_MS = 1000;

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
  /** By code: one that is provoked must not hide another. */
  readonly #damage = new Map<string, RareWarning>();
  readonly #expiry: NodeJS.Timeout;
  readonly #loss: RareWarning;
  #listening: ListeningSocket | null = null;
  #lastLost: SessionBatch | null = null;

  private constructor(settings: SocketSettings, ports: SocketPorts) {
    const { node, settings: bounds, criteria, publisher, counters, warn } = ports;
    this.place = `the socket ${settings.path}`;
    this.#ports = ports;
    this.#expiry = setInterval(() => this.#expire(), EXPIRY_EVERY_MS).unref();
    this.#loss = new RareWarning(warn, CLOCK);
    this.#room = new ReadRoom(settings.inflightBytes, () => this.#flow());
    this.#shared = {
      node,
      bounds,
      criteria,
      counters: counters.socket,
      nowUs: () => Date.now() * 1000,
      room: this.#room,
      claims: new SessionClaims(),
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
      clearInterval(source.#expiry);
      throw error;
    }
    return source;
  }

  /** Of all connections, that the log has not taken. */
  get inFlightBytes(): number {
    return this.#room.takenBytes;
  }

  /**
   * Reads what is there, of sessions that are over by now, too: nobody sends it again. Nothing is said of the others: their modules
   * find the next ingest.
   */
  async close(): Promise<void> {
    clearInterval(this.#expiry);
    this.#listening?.remove();
    await this.#readRest();
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const connection of this.#connections) connection.stop();
    await closed;
  }

  /** Until nothing has come for a moment: what waits to be accepted comes with the first turn of the event loop. */
  async #readRest(): Promise<void> {
    const { socket } = this.#ports.counters;
    const giveUpAtMs = CLOCK() + REST_WITHIN_MS;
    for (let before = -1; before !== socket.connections + socket.messages && CLOCK() < giveUpAtMs;) {
      before = socket.connections + socket.messages;
      await pause(REST_QUIET_MS);
    }
  }

  #expire(): void {
    const nowMs = CLOCK();
    for (const connection of this.#connections) connection.expire(nowMs);
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
    const warning = this.#damage.get(code) ?? new RareWarning(this.#ports.warn, CLOCK);
    this.#damage.set(code, warning);
    warning.tell(`socket: a connection was closed: ${code}: ${message}`);
  }

  /** All pieces of one record are told one after another. */
  #lost(batch: SessionBatch): void {
    if (batch === this.#lastLost) return;
    this.#lastLost = batch;
    this.#ports.counters.socket.lost += batch.messageCount + (batch.criterion ? 1 : 0);
    this.#loss.tell('socket: messages are lost, since the log takes none: they will be missing in their blocks');
  }
}
