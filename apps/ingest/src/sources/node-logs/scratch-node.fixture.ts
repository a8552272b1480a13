import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProftpdLog } from '@fleet-forensics/shared/proftpd/log-entry';
import type { LogPlace } from './log-place.ts';

/** A file of a log that a process of the server may still have open. */
interface OpenFile {
  readonly fd: number;
  readonly ino: number;
}

/** A log as a server writes it and logrotate rotates it, in a directory of its own. */
export class WrittenLog {
  readonly place: LogPlace;
  #current: OpenFile;
  #previous: OpenFile | null = null;

  constructor(dir: string, log: ProftpdLog) {
    this.place = { log, kind: 'tail', path: join(dir, `log-${log}`) };
    this.#current = this.#create();
  }

  /** @param isOld by a session that began before the last rotation by rename */
  write(line: string, isOld: boolean): void {
    writeSync((isOld ? this.#previous : null)?.fd ?? this.#current.fd, Buffer.from(`${line}\n`, 'latin1'));
  }

  /** As logrotate's `create`: new sessions write to a new file, those that run to the one they have. */
  rotate(): void {
    this.#makeRoom();
    renameSync(this.place.path, `${this.place.path}.1`);
    if (this.#previous) closeSync(this.#previous.fd);
    this.#previous = this.#current;
    this.#current = this.#create();
  }

  /** As its `copytruncate`. */
  copyAndTruncate(): void {
    this.#makeRoom();
    copyFileSync(this.place.path, `${this.place.path}.1`);
    truncateSync(this.place.path);
  }

  close(): void {
    for (const file of [this.#current, this.#previous]) if (file) closeSync(file.fd);
  }

  #makeRoom(): void {
    for (let number = 20; number > 0; number -= 1) {
      const path = `${this.place.path}.${number}`;
      if (existsSync(path)) renameSync(path, `${this.place.path}.${number + 1}`);
    }
  }

  /** File systems tell times of birth apart by some milliseconds: rotations are further apart than that. */
  #create(): OpenFile {
    const { path } = this.place;
    const newestMs = Math.max(0, ...readdirSync(join(path, '..')).map((name) => statSync(join(path, '..', name)).birthtimeMs));
    for (;;) {
      const fd = openSync(path, 'a');
      const { ino, birthtimeMs } = statSync(path);
      if (birthtimeMs > newestMs) return { fd, ino };
      closeSync(fd);
      rmSync(path);
    }
  }
}

/** A directory that is removed at the end of the test. */
export function scratchDir(): { readonly dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-logs-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
