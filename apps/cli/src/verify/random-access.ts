import { readSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ForensicsError } from '@fleet-forensics/shared/error';
import type { FileBytes } from '@fleet-forensics/shared/integrity/block-finder';
import { contentOf, type StoredFile } from './stored-file.ts';

/** A file's content, unpacked, to be read anywhere. */
export interface RandomAccess extends FileBytes {
  close(): Promise<void>;
}

/** A gzipped file is unpacked into a temporary one, which has no name and takes as much disk as the content. @throws Node's errors */
export async function openRandom(file: StoredFile): Promise<RandomAccess> {
  if (!file.isGzipped) {
    const { size } = await file.handle.stat();
    return randomAccess(file.path, file.handle.fd, size, async () => {});
  }
  const dir = await mkdtemp(join(tmpdir(), 'fleet-forensics-'));
  const unpacked = await open(join(dir, 'content'), 'wx+', 0o600);
  try {
    // Nobody else can reach it, and it does not outlive the command.
    await rm(dir, { recursive: true });
    let size = 0;
    for await (const chunk of contentOf(file, 0)) {
      await unpacked.write(chunk);
      size += chunk.length;
    }
    return randomAccess(file.path, unpacked.fd, size, () => unpacked.close());
  } catch (error) {
    await unpacked.close();
    throw error;
  }
}

function randomAccess(path: string, fd: number, sizeBytes: number, close: () => Promise<void>): RandomAccess {
  let buffer = Buffer.alloc(0);
  const read = (position: number, length: number): Buffer => {
    if (buffer.length < length) buffer = Buffer.allocUnsafe(length);
    for (let at = 0; at < length;) {
      const count = readSync(fd, buffer, at, length - at, position + at);
      if (count === 0) {
        throw new ForensicsError('FF_FILE_CHANGED', `${JSON.stringify(path)} was cut while it was read: verify it again`);
      }
      at += count;
    }
    return buffer.subarray(0, length);
  };
  return { sizeBytes, read, close };
}
