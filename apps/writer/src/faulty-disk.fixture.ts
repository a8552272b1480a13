import fs from 'node:fs';
import { dirname } from 'node:path';
import { NODE_FILE_CALLS, type FileCalls } from './file-calls.ts';
import type { Journal } from './journal.ts';

/**
 * What happens at one call of a run. `before` and `after`: the process dies there. `torn`: it dies in the middle of a write.
 * `short`: a write takes only half. `eio`: the call fails. `enospc`: it fails, a write after half of its bytes. `lost`: it fails
 * after it was done. What does not apply to a call is `before` or `eio`.
 */
export const FAULTS = ['before', 'after', 'torn', 'short', 'eio', 'enospc', 'lost'] as const;
export type Fault = (typeof FAULTS)[number];

/** One process' view of a disk, real but for one fault. Its journal's calls count as the disk's own. */
export class FaultyDisk {
  steps = 0;
  dead = false;
  readonly #faultAt: number;
  readonly #fault: Fault;
  readonly #paths = new Map<number, string>();
  readonly #madeNames = new Set<string>();
  readonly #syncedBytes = new Map<string, number>();

  /** @param faultAt step, from 1; 0 = none */
  constructor(faultAt = 0, fault: Fault = 'before') {
    this.#faultAt = faultAt;
    this.#fault = fault;
  }

  readonly calls: FileCalls = {
    lstat: (path) => this.#step(() => NODE_FILE_CALLS.lstat(path)),
    mkdir: (path, mode) =>
      this.#step(() => {
        NODE_FILE_CALLS.mkdir(path, mode);
        this.#madeNames.add(path);
      }),
    open: (path, flags, mode) => this.#step(() => this.#open(path, flags, mode)),
    fstat: (fd) => this.#step(() => NODE_FILE_CALLS.fstat(fd)),
    write: (fd, bytes) => this.#step(() => NODE_FILE_CALLS.write(fd, bytes), this.#halfOf(fd, bytes)),
    truncate: (fd, lengthBytes) => this.#step(() => NODE_FILE_CALLS.truncate(fd, lengthBytes)),
    fdatasync: (fd) => this.#step(() => this.#syncedBytes.set(this.#paths.get(fd)!, fs.fstatSync(fd).size)),
    fsync: (fd) => this.#step(() => this.#syncNames(this.#paths.get(fd)!)),
    close: (fd) =>
      this.#step(() => {
        NODE_FILE_CALLS.close(fd);
        this.#paths.delete(fd);
      }),
  };

  /** The journal, with its calls among the disk's. */
  over(journal: Journal): Journal {
    return new Proxy(journal, {
      get: (target, name) => {
        const method = Reflect.get(target, name, target) as (...args: unknown[]) => unknown;
        return (...args: unknown[]) => this.#step(() => method.apply(target, args));
      },
    });
  }

  /** The process is gone; with a power failure also what it did not sync. */
  end(powerFails: boolean): void {
    for (const fd of this.#paths.keys()) fs.closeSync(fd);
    if (!powerFails) return;
    for (const path of this.#madeNames) fs.rmSync(path, { recursive: true, force: true });
    for (const [path, bytes] of this.#syncedBytes) if (fs.existsSync(path)) fs.truncateSync(path, bytes);
  }

  #open(path: string, flags: number, mode: number): number {
    const made = !fs.existsSync(path);
    const fd = NODE_FILE_CALLS.open(path, flags, mode);
    this.#paths.set(fd, path);
    if (made) this.#madeNames.add(path);
    if (!this.#syncedBytes.has(path) && fs.fstatSync(fd).isFile()) this.#syncedBytes.set(path, fs.fstatSync(fd).size);
    return fd;
  }

  #syncNames(directory: string): void {
    for (const path of this.#madeNames) if (dirname(path) === directory) this.#madeNames.delete(path);
  }

  #halfOf(fd: number, bytes: Uint8Array): () => number {
    return () => NODE_FILE_CALLS.write(fd, bytes.subarray(0, Math.ceil(bytes.length / 2)));
  }

  #step<T>(whole: () => T, half?: () => T): T {
    if (this.dead) throw new Error('the process is dead');
    this.steps += 1;
    if (this.steps !== this.#faultAt) return whole();
    if (this.#fault === 'short') return half ? half() : whole();
    if (this.#fault === 'after' || this.#fault === 'lost') whole();
    if (this.#fault === 'torn' || this.#fault === 'enospc') half?.();
    this.dead = ['before', 'after', 'torn'].includes(this.#fault);
    const code = this.#fault === 'enospc' ? 'ENOSPC' : 'EIO';
    throw Object.assign(new Error(`${code}: ${this.#fault} at step ${this.steps}`), { code });
  }
}
