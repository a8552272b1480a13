import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drain, settle } from './calm.ts';
import { Choices, type Decisions, drawsOf } from './choices.ts';
import { filesBelow } from './filed-blocks.ts';
import { INTACT, type Sabotage } from './sabotage.ts';
import { drawScenario } from './scenario.ts';
import { takeStep } from './steps.ts';
import { Trace } from './trace.ts';
import { wrongs } from './verdict.ts';
import { World } from './world.ts';
import { rootOf } from './writer-process.ts';

/** Every decision of a run: played again, it is the same run. */
export interface Recording {
  readonly scenario: Decisions;
  readonly steps: readonly Decisions[];
}

export interface Run {
  readonly recording: Recording;
  /** What is wrong, each in a line; nothing: all is as it should be. */
  readonly wrongs: readonly string[];
  readonly trace: Trace;
}

export interface RunOptions {
  readonly sabotage?: Sabotage;
  /** Retention deletes what is still needed. */
  readonly losesNeeded?: boolean;
  readonly isTraced?: boolean;
}

const MIN_STEPS = 200;
const MAX_STEPS = 700;

/** In memory, where there is such a directory: a run's files need not outlive it. */
const SCRATCH = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export function runSeed(seed: number, options: RunOptions = {}): Promise<Run> {
  const draws = drawsOf(seed);
  const count = MIN_STEPS + draws(MAX_STEPS - MIN_STEPS);
  return run(
    Array.from({ length: count }, () => new Choices(draws)),
    new Choices(draws),
    options,
  );
}

export function replay({ scenario, steps }: Recording, options: RunOptions = {}): Promise<Run> {
  return run(
    steps.map((decisions) => Choices.replayed(decisions)),
    Choices.replayed(scenario),
    options,
  );
}

async function run(steps: readonly Choices[], setting: Choices, options: RunOptions): Promise<Run> {
  const { sabotage = INTACT, losesNeeded = false, isTraced = false } = options;
  const dir = mkdtempSync(join(SCRATCH, 'fleet-forensics-simulation-'));
  const trace = new Trace(isTraced);
  const scenario = drawScenario(setting, losesNeeded);
  trace.say(() => JSON.stringify(scenario));
  const world = new World(scenario, sabotage, dir, trace);
  const wrong: string[] = [];
  try {
    for (const step of steps) await advance(world, step);
    await finish(world);
    trace.say(() => `every byte of the log and the files: ${digestOf(world)}`);
    wrong.push(...wrongs(world));
  } catch (error) {
    wrong.push(`it broke off: ${error instanceof Error ? error.stack : String(error)}`);
  } finally {
    for (const process of world.processes) process.kill();
    rmSync(dir, { recursive: true });
  }
  return { recording: { scenario: setting.taken, steps: steps.map(({ taken }) => taken) }, wrongs: wrong, trace };
}

async function advance(world: World, choices: Choices): Promise<void> {
  world.clock.pass(1);
  takeStep(world, choices);
  await drain(world);
}

/** Rest, then everybody's ring on demand, from processes that went on or that started again. */
async function finish(world: World): Promise<void> {
  world.trace.say(() => 'from here on nothing fails');
  const wasAtRest = await settle(world);
  if (world.scenario.restartsAtEnd) {
    for (const process of world.processes) if (process.member.group === world.buffers) process.kill();
    world.bury();
  }
  world.publish(world.fleet.demands());
  const isAtRest = await settle(world);
  if (!wasAtRest || !isAtRest) world.violations.push('it goes on for ever');
}

function digestOf({ log, dir }: World): string {
  const hash = createHash('sha256');
  for (const { topic, partition, records } of log.everyPartition) {
    for (const { offset, timeMs, key, value } of records) {
      hash
        .update(`${topic} ${partition} ${offset} ${timeMs} `)
        .update(key ?? '')
        .update(value);
    }
  }
  for (const [file, content] of filesBelow(rootOf({ dir }))) hash.update(file).update(content);
  return hash.digest('hex');
}
