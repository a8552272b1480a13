import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ForensicsError, messageOf } from '../error.ts';

const OTHERS_MAY_READ = 0o004;
const OTHERS_MAY_WRITE = 0o002;
/** In such a directory a file is exchanged by its owner alone. Where containers mount secrets it is set. */
const STICKY = 0o1000;

/** Far above any tokens file, key or chain of certificates. */
const MAX_BYTES = 8 * 1024 * 1024;

// Without O_NONBLOCK a FIFO would hold up the process until somebody writes to it.
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

export interface AccessFile {
  readonly text: string;
  /** Everybody on this host may read it: a warning for a secret. Not an error: what containers mount as a secret often has this mode. */
  readonly isReadByOthers: boolean;
}

/**
 * Reads a file that decides who is let in.
 * @param setting that names it, for errors
 * @throws ForensicsError FF_UNREADABLE_FILE if it can't be read; or if everybody may write to it, or put another in its place: who does decides
 */
export function readAccessFile(setting: string, path: string): AccessFile {
  const named = `${setting}=${JSON.stringify(path)}`;
  let fd: number | undefined;
  try {
    fd = openSync(path, OPEN_FLAGS);
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new Error('it is no file');
    if ((stats.mode & OTHERS_MAY_WRITE) !== 0) throw new Error('everybody may write to it: run chmod o-w on it');
    for (const directory of new Set([path, realpathSync(path)].map(dirname))) checkDirectory(directory);
    return { text: textOf(fd), isReadByOthers: (stats.mode & OTHERS_MAY_READ) !== 0 };
  } catch (cause) {
    throw new ForensicsError('FF_UNREADABLE_FILE', `${named} can't be read: ${messageOf(cause)}`, { cause });
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** What an operator is told of a secret that is not one. */
export function openSecretWarning(setting: string, path: string): string {
  return `${setting}=${JSON.stringify(path)} is open to everybody on this host: run chmod o= on it, and replace it if somebody may have read it`;
}

/** Of the file, and of the link that leads to it. */
function checkDirectory(directory: string): void {
  const { mode } = statSync(directory);
  if ((mode & OTHERS_MAY_WRITE) === 0 || (mode & STICKY) !== 0) return;
  throw new Error(`everybody may put another file in its place: run chmod o-w on ${JSON.stringify(directory)}`);
}

/** Whatever its size is said to be: it may be growing. */
function textOf(fd: number): string {
  const bytes = Buffer.allocUnsafe(MAX_BYTES + 1);
  let length = 0;
  for (;;) {
    const count = readSync(fd, bytes, length, bytes.length - length, null);
    length += count;
    if (length > MAX_BYTES) throw new Error(`it has more than ${MAX_BYTES} bytes`);
    if (count === 0) return bytes.toString('utf8', 0, length);
  }
}
