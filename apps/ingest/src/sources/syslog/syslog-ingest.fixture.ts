import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { vi } from 'vitest';
import { freePort } from '../../../../../tools/kafka/free-port.mjs';
import { RunningIngest } from '../http/ingest-app.fixture.ts';

/** ingest that takes syslog over TCP and UDP on one free port. */
export class SyslogIngest {
  readonly ingest: RunningIngest;
  readonly port: number;

  private constructor(ingest: RunningIngest, port: number) {
    this.ingest = ingest;
    this.port = port;
  }

  static async start(environment: Record<string, string> = {}): Promise<SyslogIngest> {
    const port = await freePort();
    const ports = { FF_SYSLOG_TCP_PORT: String(port), FF_SYSLOG_UDP_PORT: String(port) };
    return new SyslogIngest(await RunningIngest.start({ ...ports, ...environment }), port);
  }

  get counters() {
    return this.ingest.counters.syslog;
  }

  /** @param localAddress the client's, of the loopback network */
  async connect(localAddress = '127.0.0.1'): Promise<Socket> {
    const socket = connect({ port: this.port, host: '127.0.0.1', localAddress });
    await once(socket, 'connect');
    socket.on('error', () => socket.destroy());
    return socket;
  }

  /** Sends this over a connection of its own and waits until so many messages were read in all. */
  async send(stream: string | Buffer, messages: number): Promise<void> {
    const socket = await this.connect();
    socket.end(stream);
    await vi.waitUntil(() => this.counters.messages === messages, { timeout: 10_000 });
  }

  async sendDatagrams(...messages: readonly string[]): Promise<void> {
    const socket = createSocket('udp4');
    for (const message of messages) {
      await new Promise<void>((resolve, reject) => {
        socket.send(message, this.port, '127.0.0.1', (error) => (error ? reject(error) : resolve()));
      });
    }
    socket.close();
  }

  /** logger(1) of util-linux. */
  async logger(...args: readonly string[]): Promise<void> {
    await promisify(execFile)('logger', ['--server', '127.0.0.1', '--port', String(this.port), ...args]);
  }

  /** Waits until so many lines are on the log. */
  async lines(count: number): Promise<string[]> {
    await vi.waitUntil(() => this.ingest.log.lines.length >= count, { timeout: 10_000 });
    return this.ingest.log.lines;
  }
}
