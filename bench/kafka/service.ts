import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { LogLines } from '../../test/e2e/log-lines.ts';
import { NODE_FLAGS } from '../../tools/node-flags.mjs';

export const APPS = ['ingest', 'buffer', 'writer'] as const;
export type App = (typeof APPS)[number];

/** A service in a process of its own, as `npm run start:…` runs it. It is gone when this process is. */
export class Service {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #said = '';
  #isStopped = false;

  constructor(app: App, environment: Readonly<Record<string, string>>) {
    const main = fileURLToPath(new URL(`../../apps/${app}/dist/main.js`, import.meta.url));
    const { PATH, NODE_OPTIONS } = process.env;
    const env = { PATH, NODE_OPTIONS, ...environment };
    this.#child = spawn(process.execPath, [...NODE_FLAGS, main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const kill = () => this.#child.kill('SIGKILL');
    process.once('exit', kill);
    this.#ended = once(this.#child, 'exit').then(() => process.off('exit', kill));
    const lines = new LogLines((text) => {
      this.#said += text;
    });
    this.#child.stdout!.on('data', (chunk: Buffer) => lines.add(chunk));
    this.pid = this.#child.pid!;
  }

  /** Resolves when its output matches. @throws Error if it ends before */
  async says(what: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = what.exec(this.#said);
      if (match) return match;
      await Promise.race([once(this.#child.stdout!, 'data'), this.endedItself()]);
    }
  }

  /** Never resolves. @throws Error when it ends, unless it is stopped */
  async endedItself(): Promise<never> {
    await this.#ended;
    if (!this.#isStopped) throw new Error(`a service ended by itself; it had said:\n${this.#said}`);
    return new Promise(() => {});
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#child.kill('SIGTERM');
    await this.#ended;
  }
}
