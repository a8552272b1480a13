import { constants, type BigIntStats } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { FileCalls } from './file-calls.ts';
import { type SafePath, unsafeFile } from './safe-path.ts';

const DIRECTORY_MODE = 0o750;
const WORLD_WRITABLE = 0o002n;

/**
 * The directory of a file, open: the root and each directory below it, opened one in the other. Made if they are missing (0750, less
 * the umask). None is a symbolic link or world-writable, and none can be exchanged any more for what happens here.
 */
export class OpenDirectory {
  readonly path: SafePath;
  readonly #calls: FileCalls;
  /** The root's own directory first. */
  readonly #fds: number[] = [];

  /** @throws ForensicsError FF_UNSAFE_FILE, while it lasts, if a directory is a symlink, world-writable or none */
  constructor(path: SafePath, calls: FileCalls) {
    this.path = path;
    this.#calls = calls;
    try {
      this.#fds.push(calls.openPath(dirname(path.root)));
      for (const name of [basename(path.root), ...path.directories]) if (name !== '') this.#enter(name);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get fd(): number {
    return this.#fds.at(-1)!;
  }

  lstat(name: string): BigIntStats | undefined {
    return this.#calls.lstatAt(this.fd, name);
  }

  /** Gives a file another name for good, in a power failure too. */
  rename(from: string, to: string): void {
    this.#calls.renameAt(this.fd, from, to);
    this.#calls.fsync(this.fd);
  }

  /** Removes a name for good. */
  unlink(name: string): void {
    this.#calls.unlinkAt(this.fd, name);
    this.#calls.fsync(this.fd);
  }

  /** Makes names last: a file that was made is lost in a power failure unless its directories are synced too. */
  sync(): void {
    for (const fd of this.#fds.toReversed()) this.#calls.fsync(fd);
  }

  close(): void {
    for (const fd of this.#fds.splice(0).toReversed()) this.#calls.close(fd);
  }

  #enter(name: string): void {
    const fd = this.#opened(name);
    this.#fds.push(fd);
    if (this.#calls.fstat(fd).mode & WORLD_WRITABLE) {
      throw unsafeFile(this.path, `the directory ${name} is world-writable`, `run chmod o-w ${name}`);
    }
  }

  #opened(name: string): number {
    const stats = this.lstat(name);
    if (!stats) this.#make(name);
    const remedy = 'put a directory in its place';
    if (stats?.isSymbolicLink()) throw unsafeFile(this.path, `${name} is a symbolic link`, remedy);
    if (stats && !stats.isDirectory()) throw unsafeFile(this.path, `${name} is not a directory`, remedy);
    return this.#calls.openAt(this.fd, name, constants.O_RDONLY | constants.O_DIRECTORY, 0);
  }

  #make(name: string): void {
    try {
      this.#calls.mkdirAt(this.fd, name, DIRECTORY_MODE);
    } catch (error) {
      // Another writer may have made it in between; what is there now is checked like any other.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    this.#calls.fsync(this.fd);
  }
}
