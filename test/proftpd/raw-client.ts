import { once } from 'node:events';
import { type Socket, connect } from 'node:net';

/** The last line of an answer; those before it are `CODE-…` or free text. Answers to telnet commands may stand before it. */
const LAST_LINE = /^(?:\xff[\xfb-\xfe][^])*(\d{3} .*\r\n)/m;

/** A TCP connection to an FTP server that sends whatever bytes it is told to. Text is latin-1 on both ways. */
export class RawClient {
  readonly #socket: Socket;
  #received = '';
  #isClosed = false;
  #tell = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#received += text;
      this.#tell();
    });
    socket.on('close', () => {
      this.#isClosed = true;
      this.#tell();
    });
    // A server that hangs up on a hostile client is told by the answer that does not come.
    socket.on('error', () => {});
  }

  /** Resolves when the server has greeted. */
  static async connect(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const client = new RawClient(socket);
    await client.answer();
    return client;
  }

  send(text: string): void {
    this.#socket.write(text, 'latin1');
  }

  /** The last line of the server's next answer. @throws Error with what came if the server hangs up before */
  async answer(): Promise<string> {
    for (;;) {
      const last = LAST_LINE.exec(this.#received);
      if (last) {
        this.#received = this.#received.slice(last.index + last[0].length);
        return last[1]!;
      }
      if (this.#isClosed) throw new Error(`the server hung up in the place of an answer; it sent: ${this.#received}`);
      await new Promise<void>((resolve) => {
        this.#tell = resolve;
      });
    }
  }

  /** Sends a line; the answer to it. */
  async command(line: string): Promise<string> {
    this.send(`${line}\r\n`);
    return this.answer();
  }

  /** Sends the user's name as the password too. @throws Error if the server lets it in */
  async failToLogIn(user = 'alice'): Promise<void> {
    await this.command(`USER ${user}`);
    const answer = await this.command(`PASS ${user}`);
    if (!answer.startsWith('5')) throw new Error(`a wrong password was answered with ${answer}`);
  }

  /** Hangs up without a word. */
  close(): void {
    this.#socket.destroy();
  }
}
