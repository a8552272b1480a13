import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { identityOf } from '@fleet-forensics/shared/integrity/file-identity';
import { signatureFileName } from '@fleet-forensics/shared/integrity/signature-line';
import type { RecordedFile } from './block-record.ts';

/** Read at a time, and how many of them are under way or being worked on. */
const CHUNK_BYTES = 1024 * 1024;
const CHUNKS_AHEAD = 4;

// O_NONBLOCK: a FIFO put in the file's place must not hang the command; it means nothing to a regular file.
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** A file that blocks are in, open for reading. */
export interface StoredFile {
  readonly path: string;
  readonly isGzipped: boolean;
  readonly handle: FileHandle;
  /** Bytes on the disk. */
  readonly sizeBytes: number;
}

/**
 * Where a file may lie: under the plain name, as `NAME.GENERATION`, or that with `.gz`. One that has just been rotated may still count as
 * current.
 */
export function pathsOf(root: string, { file, generation, state }: RecordedFile): string[] {
  const path = join(root, file);
  return state === 'current' ? [path, `${path}.${generation}`] : [`${path}.${generation}`, `${path}.${generation}.gz`];
}

/** Where the signatures of a file lie, whatever its name is by now. */
export function signaturePath(root: string, { file, generation }: RecordedFile): string {
  return signatureFileName(join(root, file), generation);
}

/**
 * @returns undefined if there is none
 * @throws ForensicsError FF_UNSAFE_FILE if it is not a regular file; Node's errors
 */
export async function openStored(root: string, name: RecordedFile): Promise<StoredFile | undefined> {
  for (const path of await preferred(pathsOf(root, name), name)) {
    const handle = await openUnlessMissing(path);
    if (!handle) continue;
    const stats = await handle.stat();
    if (stats.isFile())
      return { path, isGzipped: path.endsWith('.gz') && name.state !== 'current', handle, sizeBytes: stats.size };
    await handle.close();
    throw new ForensicsError('FF_UNSAFE_FILE', `${JSON.stringify(path)} is not a regular file: look who put it there`);
  }
  return undefined;
}

/**
 * Its content from `start` on, to the end as it is when it is reached. The next pieces are read while one is worked on.
 * @yields bytes that are valid until the next ones are asked for
 * @throws Node's errors; for a gzipped file that is damaged with a code that begins with Z_
 */
export function contentOf(file: StoredFile, start: number): AsyncIterable<Buffer> {
  return file.isGzipped ? gunzipped(file, start) : plain(file.handle, start);
}

async function* plain(handle: FileHandle, start: number): AsyncGenerator<Buffer> {
  const reads: { readonly buffer: Buffer; readonly done: Promise<{ bytesRead: number }> }[] = [];
  let asked = start;
  const ask = (buffer: Buffer): void => {
    reads.push({ buffer, done: handle.read(buffer, 0, CHUNK_BYTES, asked) });
    asked += CHUNK_BYTES;
  };
  const settled = () => Promise.allSettled(reads.splice(0).map(({ done }) => done));
  for (let chunk = 0; chunk < CHUNKS_AHEAD; chunk++) ask(Buffer.allocUnsafe(CHUNK_BYTES));
  let position = start;
  try {
    for (let read = reads.shift(); read; read = reads.shift()) {
      const { bytesRead } = await read.done;
      if (bytesRead === 0) return;
      position += bytesRead;
      yield read.buffer.subarray(0, bytesRead);
      if (bytesRead < CHUNK_BYTES) {
        // The end as it was: what was read ahead lies behind it, and a writer may have gone on since.
        await settled();
        asked = position;
      }
      ask(read.buffer);
    }
  } finally {
    // Who stops early closes the file, which must not be read any more then; how those reads ended matters to nobody.
    await settled();
  }
}

async function* gunzipped({ handle }: StoredFile, start: number): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  const packed = Readable.from(copies(plain(handle, 0)), { objectMode: false });
  packed.on('error', (error) => gunzip.destroy(error));
  let passed = 0;
  try {
    for await (const chunk of packed.pipe(gunzip) as AsyncIterable<Buffer>) {
      const from = Math.min(Math.max(0, start - passed), chunk.length);
      passed += chunk.length;
      if (from < chunk.length) yield chunk.subarray(from);
    }
  } finally {
    packed.destroy();
    gunzip.destroy();
  }
}

/** A stream holds more than one piece. */
async function* copies(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) yield Buffer.from(piece);
}

/** Of two files of which one was rotated at this moment, the one that the record means goes first. */
async function preferred(paths: string[], { state, identity }: RecordedFile): Promise<string[]> {
  if (state !== 'current' || identity === '') return paths;
  const [named, rotated] = await Promise.all(paths.map(async (path) => lstat(path, { bigint: true }).catch(unlessMissing)));
  const isRotated = rotated && identityOf(rotated) === identity && (!named || identityOf(named) !== identity);
  return isRotated ? paths.toReversed() : paths;
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

async function openUnlessMissing(path: string): Promise<FileHandle | undefined> {
  return open(path, OPEN_FLAGS).catch(unlessMissing);
}
