import { type FileHandle, open } from 'node:fs/promises';
import { getSystemErrorMessage } from 'node:util';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { printable } from './terminal.ts';

const CHUNK_BYTES = 256 * 1024;

/** @throws ForensicsError FF_UNREADABLE_FILE */
export async function openInput(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** The file's bytes in chunks. @throws ForensicsError FF_UNREADABLE_FILE */
export async function* chunksOf(file: FileHandle, path: string): AsyncGenerator<Buffer> {
  for (;;) {
    // A new buffer each time: what is made of a chunk may outlive the next read.
    const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    const bytesRead = await readInto(chunk, file, path);
    if (bytesRead === 0) return;
    yield chunk.subarray(0, bytesRead);
  }
}

async function readInto(chunk: Buffer, file: FileHandle, path: string): Promise<number> {
  try {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
    return bytesRead;
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): ForensicsError {
  return new ForensicsError('FF_UNREADABLE_FILE', `cannot read ${printable(path)}: ${reasonOf(cause)}`, { cause });
}

/** `no such file or directory` for ENOENT, and so on. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const { errno } = cause as NodeJS.ErrnoException;
  return errno === undefined ? cause.message : getSystemErrorMessage(errno);
}
