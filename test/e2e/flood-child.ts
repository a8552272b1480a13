import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { vi } from 'vitest';
import type { FloodPlan, FloodReport } from './flood-process.ts';

/** A flood in a process of its own. */
export class FloodChild {
  readonly #child: ChildProcess;

  constructor(plan: FloodPlan) {
    const execArgv = ['--experimental-transform-types', '--disable-warning=ExperimentalWarning'];
    this.#child = fork(new URL('flood-process.ts', import.meta.url), { execArgv });
    this.#child.send(plan);
  }

  /** How it goes; after `stop` all of its connections are closed. */
  async ask(what: 'report' | 'stop'): Promise<FloodReport> {
    this.#child.send(what);
    // What it told of the plan, or of an earlier question, has come before.
    const [report] = (await once(this.#child, 'message')) as [FloodReport];
    return report;
  }

  async until(isSo: (report: FloodReport) => boolean, timeoutMs: number): Promise<void> {
    await vi.waitUntil(async () => isSo(await this.ask('report')), { timeout: timeoutMs, interval: 200 });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
