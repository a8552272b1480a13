import { parseArgs } from 'node:util';
import { installKafka } from '../../tools/kafka/installation.mjs';
import { ChaosRun } from './chaos-run.ts';

const HELP = `usage: npm run chaos -- [--faults N] [--seed N]

Runs a broker, two ingests, three buffers and two writers under load, lets random faults hit them (kill -9, SIGTERM and SIGSTOP,
the broker included), and then checks every block in the files against what was answered with 202.

  --faults N   how many (default 24; 200 take about a quarter of an hour)
  --seed N     of the faults and of the load (default: random, printed)

Needs Java 17 or newer and, the first time, Maven. Exit status 0: all blocks were delivered once.
`;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function numberOf(option: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number < 2 ** 32) return number;
  throw new Error(`--${option} ${text} is not a whole number from 1 to 4294967295`);
}

async function run(): Promise<boolean> {
  const text = (value: number) => ({ type: 'string', default: String(value) }) as const;
  const options = { faults: text(24), seed: text(1 + (Date.now() % 1_000_000)), help: { type: 'boolean', short: 'h' } } as const;
  const { values } = parseArgs({ options });
  if (values.help) {
    say(HELP.trimEnd());
    return true;
  }
  const [faults, seed] = [numberOf('faults', values.faults), numberOf('seed', values.seed)];
  return ChaosRun.run({ kafka: await installKafka(say), faults, seed, say });
}

// Exits in order, so that the services go along.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
try {
  process.exit((await run()) ? 0 : 1);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}
