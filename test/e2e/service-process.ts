import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { type InstalledVersion, THIS_VERSION } from './installed-version.ts';

export type ServiceName = 'ingest' | 'buffer' | 'writer' | 'standalone';

type Environment = Readonly<Record<string, string>>;

/** Signals that end a process. */
type EndingSignal = 'SIGTERM' | 'SIGINT' | 'SIGKILL';

/** One app as `npm run start:APP` runs it, in a process of its own. It is ended when the process that started it is. */
export class ServiceProcess {
  readonly app: ServiceName;
  /** Its status; null: a signal ended it. */
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();
  #output = '';
  #hasExited = false;

  private constructor(app: ServiceName, child: ChildProcess) {
    this.app = app;
    this.#child = child;
    this.exited = new Promise((resolve) => {
      // Not `exit`: what it said last may still be on its way then.
      child.once('close', (status) => {
        this.#hasExited = true;
        this.#tell();
        resolve(status);
      });
    });
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
        this.#tell();
      });
    }
    const end = () => child.kill('SIGKILL');
    process.once('exit', end);
    void this.exited.then(() => process.removeListener('exit', end));
  }

  /** Starts it and waits for nothing. @param environment settings, `FF_…` */
  static spawn(app: ServiceName, environment: Environment, version: InstalledVersion = THIS_VERSION): ServiceProcess {
    const main = join(version.checkout, 'apps', app, 'dist/main.js');
    const env = { PATH: process.env['PATH'], ...version.settings({ FF_INGEST_PORT: '0', ...environment }) };
    return new ServiceProcess(app, spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  /** Starts it; resolves when it says that it is ready. @throws Error with its output if it ends before */
  static async start(app: ServiceName, environment: Environment, version?: InstalledVersion): Promise<ServiceProcess> {
    const started = ServiceProcess.spawn(app, environment, version);
    await started.says(/^ready/m);
    return started;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Everything that it said so far, on both outputs. */
  get output(): string {
    return this.#output;
  }

  /** Of ingest, once it listens. */
  get url(): string {
    const listening = /listens on (http:\S+)/.exec(this.#output)?.[1];
    if (listening === undefined) throw new Error(`${this.app} does not listen:\n${this.#output}`);
    return listening;
  }

  /** Where it answers /livez, /readyz, /version and /metrics. */
  get opsUrl(): string {
    const answering = /health and metrics: (http:\S+)/.exec(this.#output)?.[1];
    if (answering === undefined) throw new Error(`${this.app} does not say where its health is:\n${this.#output}`);
    return answering;
  }

  /** Resolves when the output has the pattern. @throws Error with the output if it ends without */
  async says(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#output)) {
      if (this.#hasExited) throw new Error(`${this.app} ended without saying ${pattern}:\n${this.#output}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Ends it; its status, null if the signal ended it. */
  async kill(signal: EndingSignal): Promise<number | null> {
    this.#child.kill(signal);
    return this.exited;
  }

  /** SIGSTOP: it stands still, and its connections stay open, until SIGCONT. SIGHUP: it reads its policy again. */
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGHUP'): void {
    this.#child.kill(signal);
  }

  #tell(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
