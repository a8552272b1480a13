import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly port: number;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

/** A server in place of ingest: answers each request as `reply` says and keeps what came. */
export class IngestServer {
  readonly received: Received[] = [];
  readonly #server: Server;
  #answering = 0;
  /** Requests that were answered at the same time, at most. */
  mostAtOnce = 0;

  constructor(reply: (body: string, count: number) => Reply) {
    this.#server = createServer((request, response) => {
      this.#answering += 1;
      this.mostAtOnce = Math.max(this.mostAtOnce, this.#answering);
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        this.received.push({ path: request.url!, headers: request.headers, body, port: request.socket.remotePort! });
        const { status, headers, json } = reply(body, this.received.length);
        response.writeHead(status, headers).end(json === undefined ? '' : JSON.stringify(json));
        this.#answering -= 1;
      });
    });
  }

  async start(): Promise<URL> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get lines(): string[] {
    return this.received.flatMap(({ body }) => body.split('\n').slice(0, -1));
  }
}

/** What ingest answers if every line is right. */
export function acceptAll(body: string): Reply {
  return { status: 202, json: { accepted: body.split('\n').length - 1, rejected: [], rejectedCount: 0 } };
}
