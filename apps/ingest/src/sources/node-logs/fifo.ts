import { execFileSync } from 'node:child_process';
import { closeSync, constants, fstatSync, lstatSync, openSync, type Stats } from 'node:fs';
import { Socket } from 'node:net';
import { ForensicsError, messageOf } from '@fleet-forensics/shared/error';

/**
 * A FIFO that is always open for reading. It is opened for writing, too: so the server's processes never find it without a reader,
 * which would hold them up or kill them, and we never see an end when the last of them closes it. The event loop polls it, as it does
 * sockets: no thread waits in a read.
 */
export class Fifo {
  readonly #path: string;
  readonly #socket: Socket;
  readonly #ino: number;

  /**
   * Makes the FIFO, mode 0660, if it is not there.
   * @param take gets the bytes as they come; nothing that it does holds up the writers
   * @throws ForensicsError FF_FIFO_FAILED
   */
  constructor(path: string, take: (chunk: Buffer) => void, warn: (message: string) => void) {
    this.#path = path;
    const fd = openFifo(path);
    this.#ino = fstatSync(fd).ino;
    this.#socket = new Socket({ fd, readable: true, writable: false });
    this.#socket.on('data', take);
    this.#socket.on('error', (error) => warn(`the FIFO ${path}: ${error.message}`));
  }

  /** False: somebody removed or replaced it, or it failed. Writers that open it anew wait for a reader there. */
  get isCurrent(): boolean {
    return !this.#socket.destroyed && lstatSync(this.#path, { throwIfNoEntry: false })?.ino === this.#ino;
  }

  close(): void {
    this.#socket.destroy();
  }
}

function openFifo(path: string): number {
  try {
    const found = lstatSync(path, { throwIfNoEntry: false });
    // Node.js has no call for it; -m sets the mode whatever the umask is.
    if (!found) execFileSync('mkfifo', ['-m', '0660', '--', path], { stdio: ['ignore', 'ignore', 'pipe'] });
    refuseOther(path, found);
    const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    if (fstatSync(fd).isFIFO()) return fd;
    closeSync(fd);
    throw new Error('it is not a FIFO any more');
  } catch (cause) {
    const message = `the FIFO ${path} can't be had: ${messageOf(cause)}; make it with mkfifo, in a directory that ingest may write, readable and writable for ingest's user`;
    throw new ForensicsError('FF_FIFO_FAILED', message, { cause });
  }
}

function refuseOther(path: string, found: Stats | undefined): void {
  if (found && !found.isFIFO()) throw new Error(`${path} is there and is no FIFO`);
}
