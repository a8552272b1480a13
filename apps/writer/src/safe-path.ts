import { constants, type BigIntStats } from 'node:fs';
import { dirname, join } from 'node:path';
import { ForensicsError } from '@fleet-forensics/shared/error';
import type { FileCalls } from './file-calls.ts';

const DIRECTORY_MODE = 0o750;
const FILE_MODE = 0o640;
const WORLD_WRITABLE = 0o002n;
/** NAME_MAX and PATH_MAX (without its NUL) of Linux. */
const MAX_COMPONENT_BYTES = 255;
const MAX_REAL_PATH_BYTES = 4095;

// O_NONBLOCK: a FIFO put in the file's place must not hang the writer; it means nothing to a regular file.
const OPEN_FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** A policy's file, as it lies below the root. */
export interface SafePath {
  /** One spelling per file: `/a//b` and `/a/b` are both `/a/b`. */
  readonly file: string;
  readonly realPath: string;
  /** The root, and each directory below it down to the file's own. */
  readonly directories: readonly string[];
}

/**
 * Where a policy's file lies, by its words alone: nothing is looked at.
 * @param root absolute
 * @throws ForensicsError FF_UNSAFE_PATH if it could lie outside the root, or can't exist
 */
export function safePath(root: string, file: string): SafePath {
  if (!file.startsWith('/')) throw unsafe(file, 'it is relative', 'begin it with /');
  if (file.includes('\0')) throw unsafe(file, 'it holds a NUL', 'remove it');
  if (file.endsWith('/')) throw unsafe(file, 'it names a directory', 'name a file in it');
  const components = file.split('/').filter((component) => component !== '');
  for (const component of components) {
    if (component === '.' || component === '..') throw unsafe(file, `it goes through "${component}"`, 'write it without');
    if (Buffer.byteLength(component) > MAX_COMPONENT_BYTES) {
      throw unsafe(file, `${JSON.stringify(component)} is longer than ${MAX_COMPONENT_BYTES} bytes`, 'shorten it');
    }
  }
  const realPath = join(root, ...components);
  if (Buffer.byteLength(realPath) > MAX_REAL_PATH_BYTES) {
    throw unsafe(file, `below the root it is longer than ${MAX_REAL_PATH_BYTES} bytes`, 'shorten it');
  }
  const directories = components.map((_, depth) => join(root, ...components.slice(0, depth)));
  return { file: `/${components.join('/')}`, realPath, directories };
}

/**
 * Opens the file for appending, and makes it and its directories if they are missing (0640 and 0750, less the umask).
 * Nobody but the owner and the group can have led it elsewhere: the path is checked before it is opened and again after.
 * @throws ForensicsError FF_UNSAFE_FILE, while it lasts, if a directory is a symlink, world-writable or none, or the file is not
 * regular, or has a second name
 */
export function openSafely(path: SafePath, calls: FileCalls): number {
  for (const directory of path.directories) {
    if (!calls.lstat(directory)) makeDirectory(directory, calls);
    checkDirectory(path, directory, calls);
  }
  const before = calls.lstat(path.realPath);
  if (before) checkFile(path, before);
  const fd = calls.open(path.realPath, OPEN_FLAGS, FILE_MODE);
  try {
    checkOpened(path, fd, calls);
    return fd;
  } catch (error) {
    calls.close(fd);
    throw error;
  }
}

/** Makes the file's name last: a file that was made is lost in a power failure unless its directories are synced too. */
export function syncDirectories(path: SafePath, calls: FileCalls): void {
  for (const directory of path.directories) syncDirectory(directory, calls);
}

function makeDirectory(directory: string, calls: FileCalls): void {
  try {
    calls.mkdir(directory, DIRECTORY_MODE);
  } catch (error) {
    // Another writer may have made it in between; what is there now is checked like any other.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  syncDirectory(dirname(directory), calls);
}

function syncDirectory(directory: string, calls: FileCalls): void {
  const fd = calls.open(directory, constants.O_RDONLY | constants.O_DIRECTORY, 0);
  try {
    calls.fsync(fd);
  } finally {
    calls.close(fd);
  }
}

function checkDirectory(path: SafePath, directory: string, calls: FileCalls): void {
  const stats = calls.lstat(directory);
  if (stats?.isSymbolicLink()) throw unsafeNow(path, `${directory} is a symbolic link`, 'put a directory in its place');
  if (!stats?.isDirectory()) throw unsafeNow(path, `${directory} is not a directory`, 'put a directory in its place');
  if (stats.mode & WORLD_WRITABLE) throw unsafeNow(path, `${directory} is world-writable`, `run chmod o-w ${directory}`);
}

function checkFile(path: SafePath, stats: BigIntStats): void {
  if (!stats.isFile()) throw unsafeNow(path, `${path.realPath} is not a regular file`, 'move it away');
  // Two names in the journal for the same bytes: each would cut off what the other wrote.
  if (stats.nlink > 1n) throw unsafeNow(path, `${path.realPath} has a second name (a hard link)`, 'remove one of them');
}

/** Closes the gap between check and open: what is open must still be what the checked path names. */
function checkOpened(path: SafePath, fd: number, calls: FileCalls): void {
  const opened = calls.fstat(fd);
  checkFile(path, opened);
  for (const directory of path.directories) checkDirectory(path, directory, calls);
  const named = calls.lstat(path.realPath);
  if (named?.dev !== opened.dev || named.ino !== opened.ino) {
    throw unsafeNow(path, `${path.realPath} was exchanged while it was opened`, 'see who else writes to its directory');
  }
}

function unsafe(file: string, why: string, remedy: string): ForensicsError {
  return new ForensicsError('FF_UNSAFE_PATH', `${JSON.stringify(file)} can't be written to: ${why}; ${remedy}`);
}

/** What an admin, or the one who does it, can undo at any moment. */
function unsafeNow({ file }: SafePath, why: string, remedy: string): ForensicsError {
  return new ForensicsError('FF_UNSAFE_FILE', `${JSON.stringify(file)} is not written to now: ${why}; ${remedy}`);
}
