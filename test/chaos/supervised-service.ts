import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type InstalledVersion, THIS_VERSION } from '../e2e/installed-version.ts';
import { type ServiceName, ServiceProcess } from '../e2e/service-process.ts';

const RESTART_MS = 500;
const LOOK_AGAIN_MS = 50;

export interface SupervisedServiceOptions {
  /** E.g. `buffer-2`. */
  readonly name: string;
  readonly app: ServiceName;
  readonly environment: Readonly<Record<string, string>>;
  /** Gets all that its processes said, each when it has ended. */
  readonly log: string;
  /** What a process says when it begins to serve, e.g. where it listens. */
  readonly serving: RegExp;
}

/** One of the apps, as an operator runs it: a process that ends by itself is started again. */
export class SupervisedService {
  readonly name: string;
  /** Ends that nobody asked for, each in a line. */
  readonly ownEnds: string[] = [];
  readonly #options: SupervisedServiceOptions;
  #process: ServiceProcess | undefined;
  #serving: RegExpExecArray | null = null;
  #isWanted = false;
  #version: InstalledVersion = THIS_VERSION;

  constructor(options: SupervisedServiceOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** What the running process said when it began to serve; null if it does not yet, or is down. */
  get serving(): RegExpExecArray | null {
    if (this.#process) this.#serving ??= this.#options.serving.exec(this.#process.output);
    return this.#serving;
  }

  /** Its next process is of this version. */
  install(version: InstalledVersion): void {
    this.#version = version;
  }

  /** Starts a process, if none runs; does not wait until it serves. */
  start(): void {
    this.#isWanted = true;
    if (this.#process) return;
    const started = ServiceProcess.spawn(this.#options.app, this.#options.environment, this.#version);
    this.#process = started;
    void started.exited.then((status) => this.#ended(started, status));
  }

  /** @throws Error if it does not serve within the time, milliseconds */
  async ready(withinMs: number): Promise<void> {
    const giveUpAt = performance.now() + withinMs;
    while (!this.serving) {
      if (performance.now() > giveUpAt) {
        throw new Error(`${this.name} is not ready after ${withinMs} ms:\n${this.#process?.output ?? this.ownEnds.join('\n')}`);
      }
      await pause(LOOK_AGAIN_MS);
    }
  }

  /**
   * SIGKILL and SIGTERM end it until {@link start}: resolves then with the exit status, null if a signal ended it or nothing ran.
   * SIGSTOP and SIGCONT resolve at once.
   */
  async kill(signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): Promise<number | null> {
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') {
      this.#process?.signal(signal);
      return null;
    }
    this.#isWanted = false;
    return this.#process ? this.#process.kill(signal) : null;
  }

  /** Sum of a counter over all of its processes that ended in order, which say it then, e.g. `filed 12`. */
  counted(counter: string): number {
    const { log } = this.#options;
    const said = existsSync(log) ? readFileSync(log, 'utf8') : '';
    const counts = said.matchAll(new RegExp(`(?:^|, )${counter} (\\d+)`, 'gm'));
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
  }

  #ended({ output }: ServiceProcess, status: number | null): void {
    this.#process = undefined;
    this.#serving = null;
    const end = `${this.name} ended ${this.#isWanted ? 'by itself' : 'as it was told'}, status ${status}`;
    appendFileSync(this.#options.log, `${output}--- ${end}\n`);
    if (!this.#isWanted) return;
    this.ownEnds.push(`${end}: ${output.match(/^FF_.*$/m)?.[0] ?? output.trimEnd().split('\n').at(-1)}`);
    setTimeout(() => this.#isWanted && this.start(), RESTART_MS);
  }
}
