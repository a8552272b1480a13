import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { identityOf } from '@fleet-forensics/shared/integrity/file-identity';
import type { FileCalls } from './file-calls.ts';
import { OpenDirectory } from './open-directory.ts';
import { type SafePath, unsafeFile } from './safe-path.ts';

const FILE_MODE = 0o640;
// O_NONBLOCK: a FIFO put in the file's place must not hang the writer; it means nothing to a regular file.
const READ_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;
const OPEN_FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;
const READ_BYTES = 1024 * 1024;
/** IOV_MAX of Linux: buffers of one write. */
const MAX_WRITE_BUFFERS = 1024;

export interface FileStats {
  /** Of identityOf. */
  readonly identity: string;
  readonly sizeBytes: number;
}

/** A file that blocks are appended to, open. Made if it is missing (0640, less the umask). */
export class TargetFile {
  readonly path: SafePath;
  readonly directory: OpenDirectory;
  readonly #calls: FileCalls;
  readonly #fd: number;

  /**
   * @param name other than the path's own, in the same directory
   * @throws ForensicsError FF_UNSAFE_FILE, while it lasts, as {@link OpenDirectory}, or if the file is not regular or has a second
   * name; Node's errors as they are
   */
  constructor(path: SafePath, calls: FileCalls, name = path.name) {
    this.path = path;
    this.#calls = calls;
    this.directory = new OpenDirectory(path, calls);
    try {
      this.#fd = openRegular(this.directory, calls, name);
    } catch (error) {
      this.directory.close();
      throw error;
    }
  }

  stats(): FileStats {
    const { dev, ino, birthtimeNs, size } = this.#calls.fstat(this.#fd);
    return { identity: identityOf({ dev, ino, birthtimeNs }), sizeBytes: Number(size) };
  }

  /** Of its file system. */
  freeBytes(): number {
    return this.#calls.freeBytes(this.#fd);
  }

  /** SHA-256 of so many bytes from `offset` on; of fewer where it ends before. @throws ForensicsError FF_UNSAFE_FILE if the name is another file's now; Node's errors */
  sha256(offset: number, length: number): Buffer {
    const hash = createHash('sha256');
    const end = offset + length;
    const fd = this.#calls.openAt(this.directory.fd, this.path.name, READ_FLAGS, 0);
    try {
      // Blocks would be appended to one file because another one is right.
      if (identityOf(this.#calls.fstat(fd)) !== this.stats().identity) throw exchanged(this.path, this.path.name);
      const buffer = Buffer.allocUnsafe(Math.min(length, READ_BYTES));
      for (let position = offset; position < end;) {
        const count = this.#calls.read(fd, buffer.subarray(0, end - position), position);
        if (count === 0) break;
        hash.update(buffer.subarray(0, count));
        position += count;
      }
    } finally {
      this.#calls.close(fd);
    }
    return hash.digest();
  }

  /** Cuts off what lies behind `end`, if anything. */
  cutTo(end: number): void {
    if (this.stats().sizeBytes > end) this.#calls.truncate(this.#fd, end);
  }

  /** Appends all of it. On an error any part of the bytes may be there. @throws ForensicsError FF_FILE_STUCK */
  append(buffers: readonly Uint8Array[]): void {
    for (let rest = buffers; rest.length > 0;) {
      const count = this.#calls.write(this.#fd, rest.slice(0, MAX_WRITE_BUFFERS));
      if (count === 0)
        throw new ForensicsError('FF_FILE_STUCK', `${this.path.realPath} takes no more bytes; see its file system`);
      rest = withoutFirst(rest, count);
    }
  }

  /**
   * Makes what was appended last, in a power failure too.
   * @param end where it must end
   * @throws ForensicsError FF_FILE_CHANGED if somebody else cut or wrote the file meanwhile
   */
  async sync(end: number): Promise<void> {
    const { sizeBytes } = this.stats();
    if (sizeBytes !== end) {
      const what = `it has ${sizeBytes} bytes instead of ${end}`;
      throw new ForensicsError(
        'FF_FILE_CHANGED',
        `${this.path.realPath} was changed while it was written: ${what}; rotate by renaming`,
      );
    }
    await this.#calls.fdatasync(this.#fd);
  }

  close(): void {
    this.#calls.close(this.#fd);
    this.directory.close();
  }
}

function openRegular({ path, fd: directory }: OpenDirectory, calls: FileCalls, name: string): number {
  // Looked at first: to open a device can do things.
  const stats = calls.lstatAt(directory, name);
  if (stats && !stats.isFile()) throw unsafeFile(path, `${name} is not a regular file`, 'move it away');
  const fd = calls.openAt(directory, name, OPEN_FLAGS, FILE_MODE);
  try {
    const opened = calls.fstat(fd);
    if (!opened.isFile()) throw unsafeFile(path, `${name} is not a regular file`, 'move it away');
    // Two names in the journal for the same bytes: each would cut off what the other wrote.
    if (opened.nlink > 1n) throw unsafeFile(path, `${name} has a second name (a hard link)`, 'remove one of them');
    const named = calls.lstatAt(directory, name);
    if (named?.dev !== opened.dev || named.ino !== opened.ino) throw exchanged(path, name);
    return fd;
  } catch (error) {
    calls.close(fd);
    throw error;
  }
}

function exchanged(path: SafePath, name: string): ForensicsError {
  return unsafeFile(path, `${name} was exchanged while it was opened`, 'see who else writes to its directory');
}

function withoutFirst(buffers: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let skip = bytes;
  let from = 0;
  while (from < buffers.length && skip >= buffers[from]!.length) skip -= buffers[from++]!.length;
  if (from === buffers.length) return [];
  return [buffers[from]!.subarray(skip), ...buffers.slice(from + 1)];
}
