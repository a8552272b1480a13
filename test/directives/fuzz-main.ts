import { parseArgs } from 'node:util';
import { fuzzOne } from './fuzz.ts';

const USAGE = `usage: npm run fuzz:directives -- [--inputs N] [--from SEED]

  --inputs N   made-up configurations to read (500000)
  --from SEED  the first one's seed (1)
`;

const TOLD_EVERY = 50_000;

const { inputs, from, help } = parseArgs({
  options: {
    inputs: { type: 'string', default: '500000' },
    from: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
}).values;

if (help) process.stdout.write(USAGE);
else if (![inputs, from].every((number) => /^\d{1,15}$/.test(number))) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else {
  let [right, longestMs, longest] = [0, 0, 0];
  for (let count = 1; count <= Number(inputs); count += 1) {
    const seed = Number(from) + count - 1;
    const startMs = performance.now();
    if (fuzzOne(seed)) right += 1;
    const tookMs = performance.now() - startMs;
    if (tookMs > longestMs) [longestMs, longest] = [tookMs, seed];
    if (count % TOLD_EVERY === 0 || count === Number(inputs)) {
      process.stdout.write(`${count} inputs, ${right} right; longest ${longestMs.toFixed(1)} ms (seed ${longest})\n`);
    }
  }
}
