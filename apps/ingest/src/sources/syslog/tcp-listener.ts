import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { addressBound } from '../address-bound.ts';
import type { WaitingReader } from '../reading/read-turns.ts';
import { listening, type ListenAddress, senderName, type SyslogListener } from './listening.ts';
import type { SyslogArrival } from './syslog-arrival.ts';
import type { SyslogCounters } from './syslog-counters.ts';
import { SyslogFrames } from './syslog-frames.ts';
import type { MessageHead } from './syslog-intake.ts';
import type { SyslogReading } from './syslog-reading.ts';

/** First probe of a silent connection: a peer that is gone is found, and its place is free. */
const KEEP_ALIVE_MS = 60_000;

export interface TcpListenerOptions extends ListenAddress {
  readonly connections: number;
  /** 0: no bound. */
  readonly connectionsPerAddress: number;
  readonly idleMs: number;
  readonly messageBytes: number;
  readonly reading: SyslogReading;
  readonly counters: SyslogCounters;
  readonly warn: (message: string) => void;
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
    const { connectionsPerAddress: max, counters, warn } = options;
    const refused = () => (counters.refused += 1);
    const isOneTooMany = addressBound({ max, setting: 'FF_SYSLOG_CONNECTIONS_PER_ADDRESS', warn, refused });
    const server = createServer({ keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS }, (socket) => {
      if (isOneTooMany(socket)) return;
      const connection = new Connection(socket, options, () => connections.delete(connection));
      connections.add(connection);
    });
    server.maxConnections = options.connections;
    server.on('drop', refused);
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

/** One chunk of it at most waits for its turn; then nothing more is read of it. */
class Connection implements WaitingReader {
  readonly #socket: Socket;
  readonly #reading: SyslogReading;
  readonly #frames: SyslogFrames;
  readonly #sender: string;
  readonly #gone: () => void;
  /** The message that the next piece may go on with. */
  #last: MessageHead | null = null;
  #waiting: SyslogArrival | null = null;
  #hasEnded = false;
  #isOver = false;

  /** @param gone told when it is closed and all that came of it was handed over */
  constructor(socket: Socket, { reading, counters, messageBytes, idleMs }: TcpListenerOptions, gone: () => void) {
    this.#socket = socket;
    this.#gone = gone;
    this.#reading = reading;
    this.#frames = new SyslogFrames(messageBytes);
    this.#sender = senderName(socket.remoteAddress);
    socket.on('data', (chunk: Buffer) => this.#arrived(chunk));
    socket.on('end', () => this.#ended());
    // A connection that breaks off has ended: what came of its last message is kept.
    socket.on('error', () => this.#ended());
    socket.on('close', () => {
      this.#ended();
      if (this.#isOver) gone();
    });
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
    if (this.#reading.isFull || this.#waiting) this.#socket.pause();
    else if (this.#socket.isPaused()) this.#socket.resume();
  }

  readWaiting(): void {
    const { turns } = this.#reading;
    if (this.#waiting && !this.#waiting.read(() => turns.hasTime())) {
      turns.wait(this);
      return;
    }
    this.#forgetWaiting();
    if (this.#hasEnded) this.#finish();
    else this.flow();
  }

  /** Hands over all that was read, however long it takes. */
  close(): void {
    this.#reading.turns.forget(this);
    this.#waiting?.readAll();
    this.#forgetWaiting();
    this.#finish();
    this.#socket.destroy();
  }

  #arrived(chunk: Buffer): void {
    if (this.#isOver) return;
    const { turns } = this.#reading;
    this.#waiting = this.#reading.arrival(this.#frames.push(chunk), chunk.length, this.#sender, this.#last);
    if (turns.hasTime()) this.readWaiting();
    else turns.wait(this);
    this.flow();
  }

  #forgetWaiting(): void {
    this.#last = this.#waiting?.last ?? this.#last;
    this.#waiting = null;
  }

  #ended(): void {
    this.#hasEnded = true;
    if (this.#waiting === null) this.#finish();
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reading.arrival(this.#frames.finish(), 0, this.#sender, this.#last).readAll();
    if (this.#socket.closed) this.#gone();
  }
}
