import { ForensicsError } from '@fleet-forensics/shared/error';
import type { FileCalls } from './file-calls.ts';
import { openSafely, syncDirectories, type SafePath } from './safe-path.ts';

export interface FileStats {
  /**
   * The same as long as it is the same file, whatever its name: device, inode, and time of birth, as the number of an inode that is
   * gone is given to the next file.
   */
  readonly identity: string;
  readonly sizeBytes: number;
}

/** A file that blocks are appended to, open. */
export class TargetFile {
  readonly path: SafePath;
  readonly #calls: FileCalls;
  readonly #fd: number;

  /** @throws ForensicsError FF_UNSAFE_FILE as openSafely; Node's errors as they are */
  constructor(path: SafePath, calls: FileCalls) {
    this.path = path;
    this.#calls = calls;
    this.#fd = openSafely(path, calls);
  }

  stats(): FileStats {
    const { dev, ino, birthtimeNs, size } = this.#calls.fstat(this.#fd);
    return { identity: `${dev}:${ino}:${birthtimeNs}`, sizeBytes: Number(size) };
  }

  /** Cuts off what lies behind `end`, if anything. */
  cutTo(end: number): void {
    if (this.stats().sizeBytes > end) this.#calls.truncate(this.#fd, end);
  }

  /**
   * Appends at `end`, durably. On an error any part of the bytes may be there.
   * @throws ForensicsError FF_FILE_CHANGED if somebody else cut or wrote the file meanwhile
   */
  appendAt(end: number, bytes: Uint8Array): void {
    for (let written = 0; written < bytes.length;) {
      const count = this.#calls.write(this.#fd, written === 0 ? bytes : bytes.subarray(written));
      if (count === 0)
        throw new ForensicsError('FF_FILE_STUCK', `${this.path.realPath} takes no more bytes; see its file system`);
      written += count;
    }
    const { sizeBytes } = this.stats();
    if (sizeBytes !== end + bytes.length) {
      const what = `it has ${sizeBytes} bytes instead of ${end + bytes.length}`;
      throw new ForensicsError(
        'FF_FILE_CHANGED',
        `${this.path.realPath} was changed while it was written: ${what}; rotate by renaming`,
      );
    }
    this.#calls.fdatasync(this.#fd);
  }

  /** Makes the file's name last. */
  syncDirectories(): void {
    syncDirectories(this.path, this.#calls);
  }

  close(): void {
    this.#calls.close(this.#fd);
  }
}
