import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

/** A client that is closed comes back this soon, milliseconds. */
const COME_BACK_MS = 250;
const SECOND_MS = 1000;

const JUNK = Buffer.alloc(64 * 1024, 'x');
/** Unpacks to twice what ingest takes. */
const BOMB = gzipSync(Buffer.alloc(32 * 1024 * 1024));

const ONE_BYTE_CHUNKS = Buffer.from('1\r\nx\r\n'.repeat(10_000));

export type Attack =
  | 'silent'
  | 'idle'
  | 'slow'
  | 'oversized'
  | 'unknown'
  | 'wrong'
  | 'halfClosed'
  | 'headers'
  | 'bytewise'
  | 'pipelined'
  | 'bomb'
  | 'mad';

export interface FloodTarget {
  readonly port: number;
  /** Of a node that has gone mad or was stolen. */
  readonly token: string;
}

/** Hostile clients, each with a connection that it opens again when it is closed. */
export class Flood {
  /** Most connections that were open at once. */
  mostOpen = 0;
  /** Sessions of the mad node whose one request, with a criterion in it, was answered with 202. */
  readonly honoured: string[] = [];
  /** Status → answers. */
  readonly answers = new Map<string, number>();
  /** Answers with 429 or 503 that don't say when to try again. */
  readonly withoutRetryAfter: string[] = [];
  readonly #target: FloodTarget;
  readonly #sockets = new Set<Socket>();
  #sessions = 0;
  #isOver = false;

  constructor(target: FloodTarget) {
    this.#target = target;
  }

  /** So many clients that attack like this, from this address. */
  start(attack: Attack, count: number, localAddress: string): void {
    for (let client = 0; client < count; client += 1) this.#connect(attack, localAddress);
  }

  stop(): void {
    this.#isOver = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  #connect(attack: Attack, localAddress: string): void {
    if (this.#isOver) return;
    const socket = connect({ port: this.#target.port, host: '127.0.0.1', localAddress });
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('connect', () => {
      this.mostOpen = Math.max(this.mostOpen, this.#sockets.size);
      this.#attack(attack, socket);
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      this.#sockets.delete(socket);
      setTimeout(() => this.#connect(attack, localAddress), COME_BACK_MS);
    });
  }

  #attack(attack: Attack, socket: Socket): void {
    if (attack === 'mad') return this.#publishMadly(socket);
    if (attack !== 'pipelined') socket.on('data', (bytes: Buffer) => this.#hear(String(bytes)));
    const chunked = 'Transfer-Encoding: chunked\r\n\r\n';
    switch (attack) {
      case 'silent':
        return;
      case 'idle':
        return void socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      case 'wrong':
        return repeat(socket, `${head('Authorization: Bearer ff_wrong\r\n')}Content-Length: 2\r\n\r\n{}`);
      case 'slow':
        return drip(socket, `${this.#head()}${chunked}`, '1\r\nx\r\n', SECOND_MS);
      case 'oversized':
        return pour(socket, `${this.#head()}Content-Length: 10000000000\r\n\r\n`, JUNK);
      case 'unknown':
        return pour(socket, `${head('')}Content-Length: 1000000\r\n\r\n`, JUNK);
      case 'halfClosed':
        return void socket.end(`${this.#head()}Content-Length: 100000\r\n\r\n{"node":`);
      case 'headers':
        return pour(socket, head(''), Buffer.from(`X-${'y'.repeat(1000)}: z\r\n`));
      case 'bytewise':
        return pour(socket, `${this.#head()}${chunked}`, ONE_BYTE_CHUNKS);
      case 'pipelined':
        return pour(socket, '', Buffer.from(`${this.#head()}Content-Length: 2\r\n\r\n{}`.repeat(100)));
      case 'bomb':
        return void socket.write(
          Buffer.concat([
            Buffer.from(`${this.#head('/v1/logs')}Content-Encoding: gzip\r\nContent-Length: ${BOMB.length}\r\n\r\n`),
            BOMB,
          ]),
        );
      default:
        return attack satisfies never;
    }
  }

  /** One whole session after the other, as fast as the answers come. */
  #publishMadly(socket: Socket): void {
    let session = '';
    const next = () => {
      session = `mad-${(this.#sessions += 1)}`;
      const of = { node: 'mad', session };
      const messages = Array.from({ length: 50 }, () => ({ ...of, type: 'SystemLog', level: 5, message: 'x'.repeat(500) }));
      const body = [...messages, { ...of, criterion: 'FailedLogin' }, { ...of, end: 'quit' }].map((event) =>
        JSON.stringify(event),
      );
      const text = body.join('\n');
      socket.write(`${this.#head()}Content-Length: ${text.length}\r\n\r\n${text}`);
    };
    socket.on('data', (bytes: Buffer) => {
      const answer = String(bytes);
      this.#hear(answer);
      if (answer.startsWith('HTTP/1.1 202')) this.honoured.push(session);
      if (answer.startsWith('HTTP/1.1')) next();
    });
    next();
  }

  #head(path = '/v1/events'): string {
    return head(`Authorization: Bearer ${this.#target.token}\r\n`, path);
  }

  #hear(answer: string): void {
    const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1];
    if (status === undefined) return;
    this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
    if ((status === '429' || status === '503') && !/\r\nretry-after: \d+\r\n/i.test(answer)) this.withoutRetryAfter.push(answer);
  }
}

function head(authorization: string, path = '/v1/events'): string {
  const type = path === '/v1/events' ? 'application/x-ndjson' : 'application/x-protobuf';
  return `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\n${authorization}`;
}

/** As much as the other side takes. */
function pour(socket: Socket, first: string, bytes: Buffer): void {
  socket.write(first);
  const more = () => {
    while (!socket.destroyed && socket.writable && socket.write(bytes));
  };
  socket.on('drain', more);
  more();
}

function drip(socket: Socket, first: string, bytes: string, everyMs: number): void {
  socket.write(first);
  const timer = setInterval(() => socket.write(bytes), everyMs);
  socket.once('close', () => clearInterval(timer));
}

/** One request after the other, as fast as the answers come. */
function repeat(socket: Socket, request: string): void {
  socket.on('data', (bytes: Buffer) => {
    if (String(bytes).startsWith('HTTP/1.1')) socket.write(request);
  });
  socket.write(request);
}
