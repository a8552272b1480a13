import type { Writable } from 'node:stream';

/** Characters of lines that wait for a reader who does not read; further lines are dropped and counted. */
export const MAX_WAITING = 1024 * 1024;

/** At the end a reader has this long to take what waits, milliseconds. */
const FLUSH_MS = 1000;

/**
 * Where a log's lines go: the standard output, behind a bound. A line that can't be written (a closed pipe, a full disk, a reader
 * who stands still) is dropped and counted, and the next one is tried again.
 *
 * On a pipe process.stdout never blocks; on a file and on a terminal each line is written before the caller goes on. Not a
 * SonicBoom without `sync`: one that waits for a full pipe holds a thread that the process can't end without.
 */
export class LogOutput {
  readonly #stream: Writable;
  readonly #told: (count: number) => void;
  #dropped = 0;
  #untold = 0;

  /** @param told gets the number of lines dropped, when lines can be written again */
  constructor(stream: Writable, told: (count: number) => void) {
    this.#stream = stream;
    this.#told = told;
  }

  /** Lines dropped since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** @param line with its line feed */
  write(line: string): void {
    if (this.#stream.writableLength + line.length > MAX_WAITING) {
      this.#drop();
      return;
    }
    this.#stream.write(line, (error) => {
      if (error) this.#drop();
      else this.#tell();
    });
  }

  /** Resolves when what waits is written, or can't be, or a second has passed. */
  async flushed(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, FLUSH_MS);
      this.#stream.write('', () => resolve());
    });
    clearTimeout(timer);
  }

  #drop(): void {
    this.#dropped += 1;
    this.#untold += 1;
  }

  #tell(): void {
    if (this.#untold === 0) return;
    const count = this.#untold;
    this.#untold = 0;
    this.#told(count);
  }
}
