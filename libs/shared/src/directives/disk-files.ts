import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { getSystemErrorMessage } from 'node:util';
import type { ConfigurationFiles, Found } from './configuration-files.ts';
import { MAX_FILE_BYTES } from './limits.ts';

// Without O_NONBLOCK a FIFO would hold up the process until somebody writes to it.
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** The files of this machine; remembers where it looked. */
export class DiskFiles implements ConfigurationFiles {
  readonly #stamps = new Map<string, string>();

  /** Every path that decided something, there or not, with its stamp from before it was read. */
  get stamps(): ReadonlyMap<string, string> {
    return this.#stamps;
  }

  lookUp(path: string): Found {
    if (!this.#stamps.has(path)) this.#stamps.set(path, stampOf(path));
    try {
      return look(path);
    } catch (error) {
      const { code, errno } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' };
      if (errno === undefined) throw error;
      return { kind: 'unreadable', why: getSystemErrorMessage(errno) };
    }
  }
}

/** Another one after every change of the file, or of the names in the directory. */
export function stampOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(':');
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

function look(path: string): Found {
  const fd = openSync(path, OPEN_FLAGS);
  try {
    const stats = fstatSync(fd);
    if (stats.isDirectory()) return { kind: 'directory', names: readdirSync(path) };
    if (!stats.isFile()) return { kind: 'unreadable', why: 'it is neither a file nor a directory' };
    return textOf(fd);
  } finally {
    closeSync(fd);
  }
}

/** Reads up to the bound, whatever the file's size is said to be: it may be growing. */
function textOf(fd: number): Found {
  const bytes = Buffer.allocUnsafe(MAX_FILE_BYTES + 1);
  let length = 0;
  for (;;) {
    const count = readSync(fd, bytes, length, bytes.length - length, null);
    length += count;
    if (length > MAX_FILE_BYTES) return { kind: 'unreadable', why: `it has more than ${MAX_FILE_BYTES} bytes` };
    if (count === 0) return { kind: 'file', text: bytes.toString('utf8', 0, length) };
  }
}
