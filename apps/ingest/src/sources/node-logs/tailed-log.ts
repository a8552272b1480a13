import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { FilePosition, Input } from './input.ts';
import type { LogPlace } from './log-place.ts';
import { isFileOf, LogGeneration } from './log-generation.ts';
import type { NodeLogCounters } from './node-log-counters.ts';
import { fileAt, rotatedFilesOf } from './rotated-files.ts';

/** Files of one log that are followed at once: a session that began before a rotation goes on writing to the file of its time. */
export const MAX_GENERATIONS = 8;

/** A rotated file to which nothing was written for this long is not followed any more. */
const LEFT_AFTER_MS = 3_600_000;

export interface TailedLogOptions {
  readonly place: LogPlace;
  /** How far the process before this one has read; null: there was none, and what stands there by now is not read. */
  readonly positions: readonly FilePosition[] | null;
  /** Since when the log is followed, milliseconds since 1970: of a file that is older, and was never read, only what comes is. */
  readonly sinceMs: number;
  readonly counters: NodeLogCounters;
  readonly take: (input: Input) => void;
  /** Milliseconds since 1970, never going back. */
  readonly now: () => number;
  readonly warn: (message: string) => void;
}

/** A log that is a file: follows its name through rotation by rename and by truncation, and what was rotated away, too. */
export class TailedLog {
  readonly #options: TailedLogOptions;
  /** Oldest first; the one under the log's name is the last. */
  readonly #generations: LogGeneration[] = [];
  /** When the newest file that we know was made; undefined: we know of none. */
  #newestBirthMs: number | undefined;

  /** @throws what open(2) says */
  constructor(options: TailedLogOptions) {
    this.#options = options;
    const { place, positions, sinceMs } = options;
    for (const position of positions ?? []) this.#resume(position);
    if (positions && positions.length > 0) return;
    const file = fileAt(place.path);
    if (file && (!positions || file.birthMs < sinceMs)) this.#follow(LogGeneration.open(place.path, 'end'));
  }

  /** Reads a chunk. False: all files are at their end. @throws what the system says */
  read(): boolean {
    const { take, place, now } = this.#options;
    for (const generation of this.#generations) {
      const result = generation.read();
      if (result === 'end') continue;
      if (result === 'replaced') this.#replaced(generation);
      // The time behind the read: no line of it was written later.
      else take({ kind: 'bytes', log: place.log, nowMs: now(), data: result, ino: generation.position.ino });
      return true;
    }
    return this.#rotated() || this.#leaveOld();
  }

  close(): void {
    for (const generation of this.#generations.splice(0)) generation.close();
  }

  #resume(position: FilePosition): void {
    const { place, counters, warn, take } = this.#options;
    this.#newestBirthMs = Math.max(this.#newestBirthMs ?? 0, position.birthMs);
    const files = [...rotatedFiles(place.path), ...[fileAt(place.path)].filter((file) => file !== null)];
    // The same inode first: a copy (logrotate's copytruncate) begins with the same bytes.
    const found = files.find(({ ino }) => ino === position.ino) ?? files.find(({ path }) => isFileOf(path, position));
    const generation = found ? LogGeneration.open(found.path, position) : null;
    if (generation?.position.ino !== position.ino) take({ kind: 'fileLeft', log: place.log, ino: position.ino });
    if (generation) {
      this.#generations.push(generation);
      if (generation.position.ino !== position.ino) take({ kind: 'file', log: place.log, position: generation.position });
      return;
    }
    counters.filesLost += 1;
    warn(
      `${place.path} was rotated while nobody read it, and the file is gone: what was written to it behind byte ${position.offset} is lost. Let logrotate keep a file uncompressed for a day (delaycompress)`,
    );
  }

  /** It was truncated, and perhaps written since. What was not read of it may stand in the copy that logrotate made. */
  #replaced(generation: LogGeneration): void {
    const { place, counters, take } = this.#options;
    const { position } = generation;
    counters.truncations += 1;
    const copies = rotatedFiles(place.path).filter(({ ino, path }) => ino !== position.ino && isFileOf(path, position));
    const copy = copies.at(-1);
    if (copy && !this.#follows(copy.ino)) {
      this.#follow(LogGeneration.open(copy.path, position), this.#generations.indexOf(generation));
    }
    take({ kind: 'file', log: place.log, position: generation.beginAnew() });
  }

  /** There is a new file under the log's name, and perhaps others that came and went in between. */
  #rotated(): boolean {
    const { path } = this.#options.place;
    const current = fileAt(path);
    if (!current || this.#follows(current.ino)) return false;
    const known = this.#newestBirthMs ?? Number.POSITIVE_INFINITY;
    for (const missed of rotatedFiles(path)) {
      const isBetween = missed.birthMs > known && missed.birthMs < current.birthMs;
      if (isBetween && !this.#follows(missed.ino)) this.#follow(LogGeneration.open(missed.path, 'start'));
    }
    this.#follow(LogGeneration.open(path, 'start'));
    if (this.#generations.length > MAX_GENERATIONS) this.#leave(this.#generations[0]!);
    return true;
  }

  #leaveOld(): boolean {
    if (this.#generations.length < 2) return false;
    const current = fileAt(this.#options.place.path)?.ino;
    const old = this.#generations.find(
      ({ position: { ino }, stats }) => ino !== current && stats.mtimeMs + LEFT_AFTER_MS < Date.now(),
    );
    if (old) this.#leave(old);
    return old !== undefined;
  }

  #follows(ino: number): boolean {
    return this.#generations.some(({ position }) => position.ino === ino);
  }

  #follow(generation: LogGeneration | null, index = this.#generations.length): void {
    if (!generation) return;
    const { position } = generation;
    this.#newestBirthMs = Math.max(this.#newestBirthMs ?? 0, position.birthMs);
    this.#generations.splice(index, 0, generation);
    this.#options.take({ kind: 'file', log: this.#options.place.log, position });
  }

  #leave(generation: LogGeneration): void {
    const { take, place, now } = this.#options;
    const { ino } = generation.position;
    this.#generations.splice(this.#generations.indexOf(generation), 1);
    const data = generation.leave();
    if (data) take({ kind: 'bytes', log: place.log, nowMs: now(), data, ino });
    take({ kind: 'fileLeft', log: place.log, ino });
  }
}

/** None where there is no such directory yet. */
function rotatedFiles(path: string): ReturnType<typeof rotatedFilesOf> {
  return existsSync(dirname(path)) ? rotatedFilesOf(path) : [];
}
