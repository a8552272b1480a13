import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { NODE_FILE_CALLS, type FileCalls } from './file-calls.ts';
import type { Journal } from './journal.ts';

/**
 * What happens at one call of a run. `before` and `after`: the process dies there. `torn`: it dies in the middle of a write.
 * `short`: a write takes only half. `eio`: the call fails. `enospc`: it fails, a write after half of its bytes. `lost`: it fails
 * after it was done. What does not apply to a call is `before` or `eio`.
 */
export const FAULTS = ['before', 'after', 'torn', 'short', 'eio', 'enospc', 'lost'] as const;
export type Fault = (typeof FAULTS)[number];

/** What a power failure leaves of what was not synced: nothing, or half of the bytes. */
export const POWER_FAILURES = ['loses', 'tears'] as const;
export type PowerFailure = (typeof POWER_FAILURES)[number];

/** One process' view of a disk, real but for one fault. Its journal's calls count as the disk's own. */
export class FaultyDisk {
  steps = 0;
  dead = false;
  readonly #faultAt: number;
  readonly #fault: Fault;
  readonly #paths = new Map<number, string>();
  readonly #madeNames = new Set<string>();
  readonly #renames: { from: string; to: string }[] = [];
  readonly #syncedBytes = new Map<string, number>();

  /** @param faultAt step, from 1; 0 = none */
  constructor(faultAt = 0, fault: Fault = 'before') {
    this.#faultAt = faultAt;
    this.#fault = fault;
  }

  readonly calls: FileCalls = {
    openPath: (path) => this.#step(() => this.#opened(NODE_FILE_CALLS.openPath(path), path)),
    openAt: (directory, name, flags, mode) =>
      this.#step(() => {
        const path = this.#at(directory, name);
        const isMade = !fs.existsSync(path);
        const fd = NODE_FILE_CALLS.openAt(directory, name, flags, mode);
        if (isMade) this.#madeNames.add(path);
        return this.#opened(fd, path);
      }),
    mkdirAt: (directory, name, mode) =>
      this.#step(() => {
        NODE_FILE_CALLS.mkdirAt(directory, name, mode);
        this.#madeNames.add(this.#at(directory, name));
      }),
    lstatAt: (directory, name) => this.#step(() => NODE_FILE_CALLS.lstatAt(directory, name)),
    renameAt: (directory, from, to) => this.#step(() => this.#rename(directory, from, to)),
    unlinkAt: (directory, name) => this.#step(() => NODE_FILE_CALLS.unlinkAt(directory, name)),
    fstat: (fd) => this.#step(() => NODE_FILE_CALLS.fstat(fd)),
    freeBytes: (fd) => this.#step(() => NODE_FILE_CALLS.freeBytes(fd)),
    read: (fd, buffer, position) => this.#step(() => NODE_FILE_CALLS.read(fd, buffer, position)),
    write: (fd, buffers) =>
      this.#step(
        () => NODE_FILE_CALLS.write(fd, buffers),
        () => NODE_FILE_CALLS.write(fd, [halfOf(buffers)]),
      ),
    truncate: (fd, lengthBytes) => this.#step(() => NODE_FILE_CALLS.truncate(fd, lengthBytes)),
    fdatasync: async (fd) =>
      this.#step(() => {
        this.#syncedBytes.set(this.#paths.get(fd)!, fs.fstatSync(fd).size);
      }),
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
  end(powerFailure?: PowerFailure): void {
    for (const fd of this.#paths.keys()) fs.closeSync(fd);
    if (powerFailure === undefined) return;
    for (const { from, to } of this.#renames.toReversed()) {
      if (fs.existsSync(to)) fs.renameSync(to, from);
      this.#moveBytes(to, from);
    }
    for (const path of this.#madeNames) fs.rmSync(path, { recursive: true, force: true });
    for (const [path, bytes] of this.#syncedBytes) {
      if (!fs.existsSync(path)) continue;
      const unsynced = fs.statSync(path).size - bytes;
      fs.truncateSync(path, powerFailure === 'tears' && unsynced > 0 ? bytes + Math.ceil(unsynced / 2) : bytes);
    }
  }

  #at(directory: number, name: string): string {
    return join(this.#paths.get(directory)!, name);
  }

  #opened(fd: number, path: string): number {
    this.#paths.set(fd, path);
    const stats = fs.fstatSync(fd);
    if (!this.#syncedBytes.has(path) && stats.isFile()) this.#syncedBytes.set(path, stats.size);
    return fd;
  }

  #rename(directory: number, fromName: string, toName: string): void {
    NODE_FILE_CALLS.renameAt(directory, fromName, toName);
    const [from, to] = [this.#at(directory, fromName), this.#at(directory, toName)];
    this.#renames.push({ from, to });
    this.#moveBytes(from, to);
    for (const [fd, path] of this.#paths) if (path === from) this.#paths.set(fd, to);
  }

  #moveBytes(from: string, to: string): void {
    const bytes = this.#syncedBytes.get(from);
    this.#syncedBytes.delete(from);
    if (bytes !== undefined) this.#syncedBytes.set(to, bytes);
  }

  #syncNames(directory: string): void {
    for (const path of this.#madeNames) if (dirname(path) === directory) this.#madeNames.delete(path);
    for (const { from, to } of this.#renames.splice(0)) {
      if (dirname(from) !== directory) this.#renames.push({ from, to });
      else this.#madeNames.delete(from);
    }
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

function halfOf(buffers: readonly Uint8Array[]): Uint8Array {
  const all = Buffer.concat(buffers);
  return all.subarray(0, Math.ceil(all.length / 2));
}
