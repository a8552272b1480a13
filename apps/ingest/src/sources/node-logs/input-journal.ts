import { closeSync, fstatSync, fsync, ftruncateSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ForensicsError, messageOf } from '@fleet-forensics/shared/error';
import { DirectoryLock } from './directory-lock.ts';
import type { Input } from './input.ts';
import { encodeFrame, readFrame } from './journal-frame.ts';

const SEGMENT = /^inputs-(\d{1,15})\.journal$/;

interface Segment {
  readonly number: number;
  readonly path: string;
  readonly fd: number;
  /** Of its frame with the state. */
  readonly headBytes: number;
  byteLength: number;
}

/**
 * The inputs that may not be durable in the log yet, in files: each begins with the state before its first input, so that older
 * files are not needed once all that came of them is durable. What was appended survives the end of the process, however it
 * comes; a crash of the machine takes what the disk did not have.
 */
export class InputJournal {
  readonly #dir: string;
  readonly #lock: DirectoryLock;
  /** Oldest first. */
  readonly #segments: Segment[] = [];
  #isBroken = false;
  #isDamaged = false;

  /** @throws ForensicsError FF_LOG_IN_USE if another process has the directory, FF_NODE_LOGS_DIR if it can't be used */
  constructor(dir: string) {
    this.#dir = dir;
    let lock: DirectoryLock | undefined;
    try {
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      lock = new DirectoryLock(dir);
      this.#readDir();
      this.#lock = lock;
    } catch (cause) {
      lock?.release();
      if (cause instanceof ForensicsError) throw cause;
      const message = `FF_NODE_LOGS_DIR: ${dir} can't be used: ${messageOf(cause)}; give ingest a directory that it may write`;
      throw new ForensicsError('FF_NODE_LOGS_DIR', message, { cause });
    }
  }

  /** A file that was needed could not be read: inputs of the process before this one are lost. */
  get isDamaged(): boolean {
    return this.#isDamaged;
  }

  /** The state before the oldest input; undefined: there is none. */
  get head(): unknown {
    const [oldest] = this.#segments;
    return oldest && readFrame(oldest.fd, 0, oldest.byteLength)?.value;
  }

  /** Of all files. */
  get byteLength(): number {
    return this.#segments.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** Of the inputs in the newest file. */
  get newestBytes(): number {
    const newest = this.#segments.at(-1);
    return newest ? newest.byteLength - newest.headBytes : 0;
  }

  /**
   * Nothing more is appended until the next {@link begin} if it fails: behind a hole inputs would mean something else.
   * @throws ForensicsError FF_NODE_LOGS_DIR the first time
   */
  append(input: Input): void {
    const newest = this.#segments.at(-1)!;
    if (this.#isBroken) return;
    try {
      newest.byteLength += write(newest.fd, encodeFrame(input), newest.byteLength);
    } catch (cause) {
      this.#isBroken = true;
      ftruncateSync(newest.fd, newest.byteLength);
      const message = `what is read of the node's logs can't be kept in ${this.#dir}: ${messageOf(cause)}; until it can, a crash of ingest loses what is not durable yet`;
      throw new ForensicsError('FF_NODE_LOGS_DIR', message, { cause });
    }
  }

  /** Begins a new file. Resolves when the disk has its state. @throws what the disk says */
  async begin(state: unknown): Promise<void> {
    const number = (this.#segments.at(-1)?.number ?? 0) + 1;
    const path = join(this.#dir, `inputs-${number}.journal`);
    const fd = openSync(path, 'wx+', 0o600);
    try {
      const headBytes = write(fd, encodeFrame(state), 0);
      this.#segments.push({ number, path, fd, headBytes, byteLength: headBytes });
    } catch (error) {
      closeSync(fd);
      rmSync(path);
      throw error;
    }
    this.#isBroken = false;
    await promisify(fsync)(fd);
  }

  /** Only the newest file is needed any more. */
  dropOlder(): void {
    for (const old of this.#segments.splice(0, this.#segments.length - 1)) drop(old);
  }

  /** From the oldest on; with what is appended meanwhile. */
  *inputs(): Generator<Input> {
    for (let index = 0; index < this.#segments.length; index += 1) {
      const segment = this.#segments[index]!;
      for (let offset = segment.headBytes; offset < segment.byteLength;) {
        const frame = readFrame(segment.fd, offset, segment.byteLength);
        if (!frame) throw new ForensicsError('FF_NODE_LOGS_DIR', `${segment.path} is damaged at byte ${offset}`);
        yield frame.value as Input;
        offset = frame.end;
      }
    }
  }

  close(): void {
    for (const { fd } of this.#segments.splice(0)) closeSync(fd);
    this.#lock.release();
  }

  #readDir(): void {
    const numbers = readdirSync(this.#dir).flatMap((name) => SEGMENT.exec(name)?.[1] ?? []);
    for (const number of numbers.map(Number).toSorted((a, b) => b - a)) {
      const { isWhole, ...segment } = openSegment(number, join(this.#dir, `inputs-${number}.journal`));
      const isNewest = this.#segments.length === 0;
      // The newest may be torn: its writer was killed. An older one that is damaged has lost the way to the state behind it.
      this.#isDamaged ||= !isNewest && !isWhole;
      if (this.#isDamaged || segment.headBytes === 0) drop(segment);
      else this.#segments.unshift(segment);
    }
    const newest = this.#segments.at(-1);
    if (newest) ftruncateSync(newest.fd, newest.byteLength);
  }
}

function openSegment(number: number, path: string): Segment & { isWhole: boolean } {
  const fd = openSync(path, 'r+');
  const fileBytes = fstatSync(fd).size;
  const headBytes = readFrame(fd, 0, fileBytes)?.end ?? 0;
  const byteLength = headBytes === 0 ? 0 : wholeBytes(fd, headBytes, fileBytes);
  return { number, path, fd, headBytes, byteLength, isWhole: headBytes > 0 && byteLength === fileBytes };
}

/** Up to the end of its last whole frame. */
function wholeBytes(fd: number, from: number, fileBytes: number): number {
  let end = from;
  for (let frame = readFrame(fd, end, fileBytes); frame; frame = readFrame(fd, end, fileBytes)) ({ end } = frame);
  return end;
}

function drop({ fd, path }: Segment): void {
  closeSync(fd);
  rmSync(path, { force: true });
}

function write(fd: number, bytes: Buffer, offset: number): number {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at, bytes.length - at, offset + at);
  return bytes.length;
}
