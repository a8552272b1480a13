import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { frames } from '../../apps/ingest/src/sources/socket/frames.fixture.ts';

/** A session's process as ingest sees it over the node's socket: docs/NODE-SOCKET.md. */
export class FakeModule {
  readonly session: string;
  #socket: Socket;
  /** Of the message or criterion that comes next. */
  #nextSeq = 1;

  private constructor(session: string, socket: Socket) {
    this.session = session;
    this.#socket = socket;
  }

  static async connect(path: string, session: string): Promise<FakeModule> {
    const module = new FakeModule(session, await connected(path));
    module.#open();
    return module;
  }

  /** After ingest went away. */
  async reconnect(path: string): Promise<void> {
    this.#socket.destroy();
    this.#socket = await connected(path);
    this.#open();
  }

  log(...texts: string[]): void {
    for (const text of texts) this.#socket.write(frames.message(text, 0, { type: 3, level: 5 }));
    this.#nextSeq += texts.length;
  }

  fail(): void {
    this.#socket.write(frames.context({ attemptedUser: 'tj' }));
    this.#socket.write(frames.criterion('FailedLogin'));
    this.#nextSeq += 1;
  }

  /** Without a word, as a process that is killed. */
  die(): void {
    this.#socket.destroy();
  }

  quit(): void {
    this.#socket.end(frames.close('quit'));
  }

  #open(): void {
    this.#socket.write(frames.open(this.session, this.#nextSeq, { clientAddress: '192.0.2.1', protocol: 'ftp' }));
  }
}

async function connected(path: string): Promise<Socket> {
  const socket = connect(path);
  await once(socket, 'connect');
  // Ingest is killed while frames are on their way.
  socket.on('error', () => {});
  return socket;
}
