import { closeSync, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { advanced } from './file-positions.ts';
import { type FilePosition, HEAD_BYTES } from './input.ts';

/** Bytes that are read at once; a longer line comes in pieces. */
const CHUNK_BYTES = 65_536;

const LF = 0x0a;

/** What a read gives: whole lines, nothing more for now, or the file is another one than it was (shorter, or written anew). */
export type ReadResult = Buffer | 'end' | 'replaced';

/** One file of a log, open: the one under the log's name, or one that was rotated away and may still be written to. */
export class LogGeneration {
  readonly #fd: number;
  #position: FilePosition;

  private constructor(fd: number, position: FilePosition) {
    this.#fd = fd;
    this.#position = position;
  }

  /**
   * Opens the file.
   * @param from how far it was read; `start` and `end`: it is new to us
   * @returns null: there is none
   * @throws what open(2) says
   */
  static open(path: string, from: FilePosition | 'start' | 'end'): LogGeneration | null {
    const fd = openIfThere(path);
    if (fd === null) return null;
    const stats = fstatSync(fd);
    if (typeof from === 'object') return new LogGeneration(fd, { ...from, ino: stats.ino });
    const offset = from === 'end' ? stats.size : 0;
    const head = headOf(fd, offset);
    return new LogGeneration(fd, { ino: stats.ino, birthMs: stats.birthtimeMs, offset, head });
  }

  get position(): FilePosition {
    return this.#position;
  }

  get stats(): Stats {
    return fstatSync(this.#fd);
  }

  read(): ReadResult {
    const { offset } = this.#position;
    const { size } = this.stats;
    if (size < offset || !beginsWith(this.#fd, this.#position.head)) return 'replaced';
    if (size === offset) return 'end';
    const data = this.#lines(offset);
    if (data === null) return 'end';
    this.#position = advanced(this.#position, data);
    return data;
  }

  /** The file is another one now: it is read from its beginning. */
  beginAnew(): FilePosition {
    this.#position = { ...this.#position, offset: 0, head: Buffer.alloc(0) };
    return this.#position;
  }

  /** It is not followed any more: what stands behind the last newline, as a line; null: nothing. */
  leave(): Buffer | null {
    const { offset } = this.#position;
    const rest = Buffer.alloc(CHUNK_BYTES);
    const length = readSync(this.#fd, rest, 0, rest.length, offset);
    closeSync(this.#fd);
    return length > 0 ? Buffer.concat([rest.subarray(0, length), Buffer.of(LF)]) : null;
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** Only whole lines: what another file of the log gives next must not join one that is half written. */
  #lines(offset: number): Buffer | null {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const length = readSync(this.#fd, chunk, 0, chunk.length, offset);
    const end = length === 0 ? 0 : chunk.lastIndexOf(LF, length - 1) + 1;
    if (end > 0) return chunk.subarray(0, end);
    return length === CHUNK_BYTES ? chunk : null;
  }
}

/** True if the file at `path` is this one, as far as its beginning tells, and at least as long as what was read of it. */
export function isFileOf(path: string, { head, offset }: FilePosition): boolean {
  const fd = openIfThere(path);
  if (fd === null) return false;
  try {
    return head.length > 0 && fstatSync(fd).size >= offset && beginsWith(fd, head);
  } finally {
    closeSync(fd);
  }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function headOf(fd: number, offset: number): Buffer {
  const head = Buffer.alloc(Math.min(offset, HEAD_BYTES));
  return head.subarray(0, readSync(fd, head, 0, head.length, 0));
}

function beginsWith(fd: number, head: Uint8Array): boolean {
  const found = Buffer.alloc(head.length);
  return readSync(fd, found, 0, head.length, 0) === head.length && found.equals(head);
}
