import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Told } from './buffer-process.ts';

const PROCESS = fileURLToPath(new URL('buffer-process.ts', import.meta.url));

export interface BufferChildOptions {
  readonly broker: string;
  readonly group: string;
  /** Told as folded when there are so many. */
  readonly lines: number;
  /** Settings. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A buffer in a process of its own. */
export class BufferChild {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #told = new Map<Told['event'], Told>();

  constructor({ broker, group, lines, environment }: BufferChildOptions) {
    const bench = { BENCH_BROKER: broker, BENCH_GROUP: group, BENCH_LINES: String(lines) };
    const { PATH, NODE_OPTIONS } = process.env;
    this.#child = fork(PROCESS, { env: { PATH, NODE_OPTIONS, ...bench, ...environment } });
    this.#ended = once(this.#child, 'exit');
    this.#child.on('message', (message) => {
      const told = message as Told;
      this.#told.set(told.event, told);
    });
  }

  /** Resolves when it has said so. @throws Error if it ends before */
  async told(event: Told['event']): Promise<Told> {
    for (;;) {
      const told = this.#told.get(event);
      if (told) return told;
      const status = this.#child.exitCode ?? this.#child.signalCode;
      if (status !== null) throw new Error(`the buffer ended before it was ${event}: ${status}`);
      await Promise.race([once(this.#child, 'message'), this.#ended]);
    }
  }

  /** Has it hand its partitions over. */
  close(): Promise<Told> {
    this.#child.send('close');
    return this.told('done');
  }

  /** As kill -9 does. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
