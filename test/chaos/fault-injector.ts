import { setTimeout as pause } from 'node:timers/promises';
import type { Fault, Target } from './fault-plan.ts';
import type { Fleet } from './fleet.ts';

/** Lets the faults of a plan happen, and ends each of them. */
export class FaultInjector {
  readonly #fleet: Fleet;
  readonly #say: (line: string) => void;
  /** The latest fault of each process: the next one waits for its end, which may take longer than was planned. */
  readonly #latest = new Map<Target, Promise<void>>();
  #startedMs = 0;
  #count = 0;

  /** @param say told of each fault as it happens */
  constructor(fleet: Fleet, say: (line: string) => void) {
    this.#fleet = fleet;
    this.#say = say;
  }

  /** Resolves when the last fault is over; what was restarted may not serve yet. @throws Error if the broker does not start again */
  async inflict(plan: readonly Fault[]): Promise<void> {
    this.#startedMs = performance.now();
    await Promise.all(
      plan.map((fault) => {
        const latest = this.#latest.get(fault.target) ?? Promise.resolve();
        const one = Promise.all([latest, pause(fault.atMs)]).then(() => this.#one(fault));
        this.#latest.set(fault.target, one);
        return one;
      }),
    );
  }

  async #one({ target, kind, lastsMs }: Fault): Promise<void> {
    const seconds = ((performance.now() - this.#startedMs) / 1000).toFixed(1);
    this.#say(`${seconds.padStart(6)} s  fault ${++this.#count}: ${kind} ${target} for ${(lastsMs / 1000).toFixed(1)} s`);
    const process = this.#fleet.process(target);
    await process.kill(kind);
    await pause(lastsMs);
    if (kind === 'SIGSTOP') await process.kill('SIGCONT');
    else await process.start();
  }
}
