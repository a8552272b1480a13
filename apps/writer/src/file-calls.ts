import fs, { type BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * The file-system calls of the writer, so that a test can put a failing layer under the real code. A name is looked up in an open
 * directory, as by openat(2): nobody can lead it elsewhere by exchanging a directory of its path. All throw Node's own errors.
 */
export interface FileCalls {
  /** The directory that this path leads to, symlinks and all: for where an admin's own path begins. */
  openPath(path: string): number;
  openAt(directory: number, name: string, flags: number, mode: number): number;
  mkdirAt(directory: number, name: string, mode: number): void;
  /** Of the name itself, not of what a symlink points to; undefined if there is nothing. */
  lstatAt(directory: number, name: string): BigIntStats | undefined;
  /** Replaces what has the new name. */
  renameAt(directory: number, from: string, to: string): void;
  unlinkAt(directory: number, name: string): void;
  fstat(fd: number): BigIntStats;
  /** What an unprivileged process may still write to the file system of an open file, bytes. */
  freeBytes(fd: number): number;
  /** Bytes read into the buffer from `position` on; 0: the file ends there. */
  read(fd: number, buffer: Uint8Array, position: number): number;
  /** Bytes written, to the system's cache; may be fewer than given. */
  write(fd: number, buffers: readonly Uint8Array[]): number;
  truncate(fd: number, lengthBytes: number): void;
  fdatasync(fd: number): Promise<void>;
  fsync(fd: number): void;
  close(fd: number): void;
}

const fdatasync = promisify(fs.fdatasync);

/**
 * Node has no openat. Linux resolves `/proc/self/fd/N/name` by the open directory itself, which is the same without a race. Elsewhere
 * the directory's path has to do: whoever may write above it can lead the writer elsewhere.
 */
const DESCRIPTORS = '/proc/self/fd';
const hasDescriptors = fs.existsSync(DESCRIPTORS);
const paths = new Map<number, string>();

function at(directory: number, name: string): string {
  return join(hasDescriptors ? `${DESCRIPTORS}/${directory}` : paths.get(directory)!, name);
}

function remember(fd: number, path: string): number {
  if (!hasDescriptors) paths.set(fd, path);
  return fd;
}

export const NODE_FILE_CALLS: FileCalls = {
  openPath: (path) => remember(fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY), path),
  openAt: (directory, name, flags, mode) =>
    remember(fs.openSync(at(directory, name), flags | fs.constants.O_NOFOLLOW, mode), at(directory, name)),
  mkdirAt: (directory, name, mode) => {
    fs.mkdirSync(at(directory, name), { mode });
  },
  lstatAt: (directory, name) => fs.lstatSync(at(directory, name), { bigint: true, throwIfNoEntry: false }),
  renameAt: (directory, from, to) => fs.renameSync(at(directory, from), at(directory, to)),
  unlinkAt: (directory, name) => fs.unlinkSync(at(directory, name)),
  fstat: (fd) => fs.fstatSync(fd, { bigint: true }),
  freeBytes: (fd) => {
    // Any path on it will do; the open file's own can't be exchanged.
    const { bavail, bsize } = fs.statfsSync(hasDescriptors ? `${DESCRIPTORS}/${fd}` : paths.get(fd)!);
    return bavail * bsize;
  },
  read: (fd, buffer, position) => fs.readSync(fd, buffer, 0, buffer.length, position),
  write: (fd, buffers) => fs.writevSync(fd, buffers),
  truncate: (fd, lengthBytes) => fs.ftruncateSync(fd, lengthBytes),
  fdatasync: async (fd) => fdatasync(fd),
  fsync: (fd) => fs.fsyncSync(fd),
  close: (fd) => {
    paths.delete(fd);
    fs.closeSync(fd);
  },
};
