import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { listening, type ListenAddress, senderName, type SyslogListener } from './listening.ts';
import type { SyslogCounters } from './syslog-counters.ts';
import { SyslogFrames, type SyslogPiece } from './syslog-frames.ts';
import type { MessageHead } from './syslog-intake.ts';
import type { SyslogReading } from './syslog-reading.ts';

/** First probe of a silent connection: a peer that is gone is found, and its place is free. */
const KEEP_ALIVE_MS = 60_000;

export interface TcpListenerOptions extends ListenAddress {
  readonly connections: number;
  readonly idleMs: number;
  readonly messageBytes: number;
  readonly reading: SyslogReading;
  readonly counters: SyslogCounters;
}

/** Syslog over TCP (RFC 6587). What there is no room for is not read: its senders wait. */
export class TcpListener implements SyslogListener {
  readonly port: number;
  readonly place: string;
  readonly #server: Server;
  readonly #connections: ReadonlySet<Connection>;

  private constructor(server: Server, host: string, connections: ReadonlySet<Connection>) {
    this.port = (server.address() as AddressInfo).port;
    this.place = `tcp ${host}:${this.port}`;
    this.#server = server;
    this.#connections = connections;
  }

  /** @throws ForensicsError FF_LISTEN_FAILED if the address can't be had */
  static async open(options: TcpListenerOptions): Promise<TcpListener> {
    const connections = new Set<Connection>();
    const server = createServer({ keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS }, (socket) => {
      const connection = new Connection(socket, options);
      connections.add(connection);
      socket.once('close', () => connections.delete(connection));
    });
    server.maxConnections = options.connections;
    server.on('drop', () => (options.counters.refused += 1));
    await listening(server, 'FF_SYSLOG_TCP_PORT', options, (done) => server.listen(options.port, options.host, done));
    options.reading.onChange(() => {
      for (const connection of connections) connection.flow();
    });
    return new TcpListener(server, options.host, connections);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => void this.#server.close(resolve));
    for (const connection of this.#connections) connection.close();
    await closed;
  }
}

class Connection {
  readonly #socket: Socket;
  readonly #reading: SyslogReading;
  readonly #frames: SyslogFrames;
  readonly #sender: string;
  /** The message that the next piece may go on with. */
  #last: MessageHead | null = null;
  #isOver = false;

  constructor(socket: Socket, { reading, counters, messageBytes, idleMs }: TcpListenerOptions) {
    this.#socket = socket;
    this.#reading = reading;
    this.#frames = new SyslogFrames(messageBytes);
    this.#sender = senderName(socket.remoteAddress);
    socket.on('data', (chunk: Buffer) => this.#take(this.#frames.push(chunk), chunk.length));
    socket.on('end', () => this.#finish());
    // A connection that breaks off has ended: what came of its last message is kept.
    socket.on('error', () => this.#finish());
    socket.setTimeout(idleMs, () => {
      // A connection that may not speak is not idle.
      if (socket.isPaused()) return;
      counters.idleConnections += 1;
      this.close();
    });
    this.flow();
  }

  /** Reads or does not, as there is room. */
  flow(): void {
    if (this.#reading.isFull) this.#socket.pause();
    else if (this.#socket.isPaused()) this.#socket.resume();
  }

  close(): void {
    this.#finish();
    this.#socket.destroy();
  }

  #take(pieces: Iterable<SyslogPiece>, byteLength: number): void {
    if (!this.#isOver) this.#last = this.#reading.take(pieces, byteLength, this.#sender, this.#last);
  }

  #finish(): void {
    this.#take(this.#frames.finish(), 0);
    this.#isOver = true;
  }
}
