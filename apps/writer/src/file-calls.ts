import fs, { type BigIntStats } from 'node:fs';

/**
 * The file-system calls of the writer, so that a test can put a failing layer under the real code. Synchronous: they run inside
 * a transaction of the journal, which must not be left open across turns of the event loop. All throw Node's own errors.
 */
export interface FileCalls {
  /** Of the path itself, not of what a symlink points to; undefined if there is nothing. */
  lstat(path: string): BigIntStats | undefined;
  mkdir(path: string, mode: number): void;
  open(path: string, flags: number, mode: number): number;
  fstat(fd: number): BigIntStats;
  /** Bytes written; may be fewer than given. */
  write(fd: number, bytes: Uint8Array): number;
  truncate(fd: number, lengthBytes: number): void;
  fdatasync(fd: number): void;
  fsync(fd: number): void;
  close(fd: number): void;
}

export const NODE_FILE_CALLS: FileCalls = {
  lstat: (path) => fs.lstatSync(path, { bigint: true, throwIfNoEntry: false }),
  mkdir: (path, mode) => {
    fs.mkdirSync(path, { mode });
  },
  open: (path, flags, mode) => fs.openSync(path, flags, mode),
  fstat: (fd) => fs.fstatSync(fd, { bigint: true }),
  write: (fd, bytes) => fs.writeSync(fd, bytes),
  truncate: (fd, lengthBytes) => fs.ftruncateSync(fd, lengthBytes),
  fdatasync: (fd) => fs.fdatasyncSync(fd),
  fsync: (fd) => fs.fsyncSync(fd),
  close: (fd) => fs.closeSync(fd),
};
