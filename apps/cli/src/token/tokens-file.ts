import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { ForensicsError, messageOf } from '@fleet-forensics/shared/error';
import { printable } from '../terminal.ts';

/** Ingest, in its group, may read it. */
const FILE_MODE = 0o640;

/** Puts a line at the end of a tokens file, which is made if it is not there. @throws ForensicsError FF_BAD_TOKENS if it can't be written */
export function appendGrant(path: string, line: string): void {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'a+', FILE_MODE);
    // One write: ingest, or another of these, may be at the file at the same time.
    writeSync(fd, `${endsWithinLine(fd) ? '\n' : ''}${line}\n`);
    fsyncSync(fd);
  } catch (cause) {
    throw new ForensicsError('FF_BAD_TOKENS', `${printable(path)} can't be written: ${printable(messageOf(cause))}`, { cause });
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** True if its last line has no end. */
function endsWithinLine(fd: number): boolean {
  const { size } = fstatSync(fd);
  const last = Buffer.alloc(1);
  return size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last.toString() !== '\n';
}
