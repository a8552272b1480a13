import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { random } from '../../bench/fleet.ts';
import type { Kafka } from '../../tools/kafka/jvm.mjs';
import { Audit, type Findings, isClean } from './audit.ts';
import { FaultInjector } from './fault-injector.ts';
import { type Fault, faultPlan } from './fault-plan.ts';
import { Fleet } from './fleet.ts';
import { ForensicFile } from './forensic-file.ts';
import { Load } from './load.ts';

export interface ChaosOptions {
  readonly kafka: Kafka;
  readonly seed: number;
  readonly faults: number;
  /** Told of what happens, and what came of it. */
  readonly say: (line: string) => void;
}

/** For the sessions to end, and again for their blocks to be filed, when every process is back. */
const SETTLE_MS = 90_000;
const LOOK_AGAIN_MS = 1000;
const LANES = { short: 8, long: 6, 'kept alive': 4 };

/** What processes tell at their end: that the faults reached the mechanisms that are there for them … */
const AT_WORK = ['spooled', 'drained', 'checkpointsWritten', 'checkpoints', 'repeated', 'tornTails', 'failures'];
/** … and that nothing was given up on the way. */
const UNWANTED = ['poison', 'deadLetters', 'unfinished', 'spoolDeadLetters', 'spoolLost', 'lost', 'expired', 'crowdedOut'];

/** One run: load and faults together, then rest, then the audit. */
export class ChaosRun {
  readonly #options: ChaosOptions;
  readonly #fleet: Fleet;
  readonly #load: Load;
  readonly #plan: readonly Fault[];
  /** What is wrong beside the blocks. */
  readonly #problems: string[] = [];

  private constructor(options: ChaosOptions, fleet: Fleet) {
    this.#options = options;
    this.#fleet = fleet;
    this.#plan = faultPlan(options.faults, random(options.seed));
    this.#load = new Load({ places: fleet.places, seed: options.seed, lanes: LANES });
  }

  /** @returns whether every block is there once, whole and right; else the logs of every process are kept, and `say` is told where */
  static async run(options: ChaosOptions): Promise<boolean> {
    const dir = await mkdtemp(join(tmpdir(), 'fleet-forensics-chaos-'));
    options.say(`seed ${options.seed}, logs and blocks in ${dir}`);
    const fleet = await Fleet.start(options.kafka, dir);
    let isDelivered = false;
    try {
      isDelivered = await new ChaosRun(options, fleet).#run();
    } finally {
      await fleet.kill();
      if (isDelivered) await rm(dir, { recursive: true });
      else options.say(`kept for you: ${dir}`);
    }
    return isDelivered;
  }

  async #run(): Promise<boolean> {
    this.#load.start();
    await new FaultInjector(this.#fleet, this.#options.say).inflict(this.#plan);
    await this.#fleet.ready();
    const busy = await this.#load.end(SETTLE_MS);
    if (busy > 0) this.#problems.push(`${busy} sessions did not come to their end: requests were not answered`);
    await this.#settle();
    this.#problems.push(...(await this.#fleet.stopServices()), ...this.#load.refused);
    for (const counter of UNWANTED) {
      const count = this.#counted(counter);
      if (count > 0) this.#problems.push(`${counter} ${count}, by the processes' own count`);
    }
    const audit = this.#audit();
    const findings = audit.findings();
    this.#report(audit, findings);
    return isClean(findings) && this.#problems.length === 0;
  }

  /** Waits until no block is missing, for a bounded time. */
  async #settle(): Promise<void> {
    const giveUpAt = performance.now() + SETTLE_MS;
    while (performance.now() < giveUpAt) {
      if (this.#hasAll()) return;
      await pause(LOOK_AGAIN_MS);
    }
  }

  #hasAll(): boolean {
    try {
      return this.#audit().findings().missing.length === 0;
    } catch (error) {
      // A writer may cut off a torn write while the file is read.
      this.#options.say(`not at rest: ${String(error)}`);
      return false;
    }
  }

  /** Of all files, from their beginning. @throws Error of ForensicFile */
  #audit(): Audit {
    const audit = new Audit(this.#load.scripts);
    for (const { file } of this.#fleet.places) {
      const forensicFile = new ForensicFile(join(this.#fleet.root, file));
      for (const block of forensicFile.blocks()) audit.take(block, file);
      if (forensicFile.tornBytes > 0) throw new Error(`${forensicFile.path} ends in ${forensicFile.tornBytes} bytes of no block`);
    }
    return audit;
  }

  /** By all processes that ended in order. */
  #counted(counter: string): number {
    return this.#fleet.services.reduce((sum, service) => sum + service.counted(counter), 0);
  }

  #report(audit: Audit, findings: Findings): void {
    const { say, seed } = this.#options;
    const { scripts, lines, answered, sentAgain } = this.#load;
    const criteria = [...scripts.values()].flatMap(({ asked }) => asked);
    const acknowledged = criteria.filter(({ answeredMs }) => answeredMs !== undefined).length;
    const ownEnds = this.#fleet.services.flatMap((service) => service.ownEnds);
    const { missing, repeated, wrong, unexpected } = findings;
    say(`seed                  ${seed}`);
    say(`faults                ${tally(this.#plan)}`);
    say(`restarts of their own ${ownEnds.length}${ownEnds.map((end) => `\n  ${end}`).join('')}`);
    say(`sessions              ${scripts.size}, ${lines} events in ${answered} requests, sent again ${sentAgain} times`);
    say(`criteria acknowledged ${acknowledged}, not ${criteria.length - acknowledged}`);
    say(`at work               ${AT_WORK.map((counter) => `${counter} ${this.#counted(counter)}`).join(', ')}`);
    say(`blocks found          ${audit.blocks}`);
    for (const [name, titles] of Object.entries({ missing, repeated, wrong, unexpected, problems: this.#problems })) {
      say(`${name.padEnd(21)} ${titles.length}${titles.map((title) => `\n  ${title}`).join('')}`);
    }
    const isDelivered = isClean(findings) && this.#problems.length === 0;
    say(isDelivered ? 'ALL BLOCKS DELIVERED ONCE' : `NOT DELIVERED: see above, seed ${seed}`);
  }
}

/** E.g. `buffer SIGKILL 3, broker SIGSTOP 1`. */
function tally(plan: readonly Fault[]): string {
  const counts = new Map<string, number>();
  for (const { target, kind } of plan) {
    const what = `${target.replace(/-\d+$/, '')} ${kind}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return `${plan.length}: ${[...counts]
    .map(([what, count]) => `${what} ${count}`)
    .toSorted()
    .join(', ')}`;
}
