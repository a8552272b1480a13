import { parseArgs } from 'node:util';
import { BROKEN, type Mechanism, MECHANISMS } from './broken-mechanisms.ts';
import { campaign, shortestFailure } from './campaign.ts';
import type { RunOptions } from './simulation.ts';

const USAGE = `usage: npm run simulate -- [--seeds N] [--from S] [--break MECHANISM] [--lossy]

  --seeds N          seeds to run (2000)
  --from S           the first of them (1)
  --break MECHANISM  with one mechanism of recovery switched off: ${MECHANISMS.join(', ')}
  --lossy            with a retention that deletes what is still needed: blocks may lack messages, and must say so
`;

/** Seeds between two lines that say how far it is. */
const TOLD_EVERY = 500;

const OPTIONS = {
  seeds: { type: 'string', default: '2000' },
  from: { type: 'string', default: '1' },
  break: { type: 'string' },
  lossy: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

function readArguments() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

function refuse(problem: string): never {
  process.stderr.write(`${problem}\n\n${USAGE}`);
  process.exit(2);
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) refuse(`--${name} ${text} is not a whole number`);
  return Number(text);
}

function isMechanism(name: string): name is Mechanism {
  return name in BROKEN;
}

function optionsOf(broken: string | undefined, losesNeeded: boolean): RunOptions {
  if (broken === undefined) return { losesNeeded };
  if (!isMechanism(broken)) refuse(`--break ${broken} is not one of ${MECHANISMS.join(', ')}`);
  return { losesNeeded, sabotage: BROKEN[broken] };
}

/** @returns whether all seeds went well */
async function simulate(from: number, seeds: number, options: RunOptions): Promise<boolean> {
  const counts = new Map<string, number>();
  const end = from + seeds;
  for (let next = from; next < end; next += TOLD_EVERY) {
    const { failure, ...part } = await campaign(next, Math.min(TOLD_EVERY, end - next), options);
    for (const [what, times] of part.counts) counts.set(what, (counts.get(what) ?? 0) + times);
    if (failure) {
      process.stdout.write(`seed ${failure.seed} goes wrong:\n${failure.wrongs.join('\n')}\n\nshrinking …\n`);
      const { trace, wrongs, recording } = await shortestFailure(failure.seed, options);
      process.stdout.write(`in ${recording.steps.length} steps:\n${trace.lines.join('\n')}\n\n${wrongs.join('\n')}\n`);
      return false;
    }
    process.stdout.write(`${next + part.seeds - from} seeds: nothing wrong\n`);
  }
  const happened = [...counts].toSorted(([a], [b]) => a.localeCompare(b));
  process.stdout.write(happened.map(([what, times]) => `${String(times).padStart(10)} ${what}\n`).join(''));
  return true;
}

const { help, from, seeds, break: broken, lossy } = readArguments();
if (help) process.stdout.write(USAGE);
else {
  const isWell = await simulate(wholeNumber('from', from), wholeNumber('seeds', seeds), optionsOf(broken, lossy));
  process.exitCode = isWell ? 0 : 1;
}
