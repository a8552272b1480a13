import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { criterionToFile, endToEndLines } from './end-to-end.ts';
import { foldLines, ringMemory } from './fold.ts';
import { ingestLines } from './ingest.ts';
import { restoreLines } from './restore.ts';
import { RUNS, type Measure, printTable } from './table.ts';

// Full collections are part of the measure of memory.
if (!globalThis.gc) {
  const { status } = spawnSync(process.execPath, ['--expose-gc', fileURLToPath(import.meta.url)], { stdio: 'inherit' });
  process.exit(status ?? 1);
}

const INGEST: { perSecond: number; perCpuSecond: number }[] = [];
const LATENCY: { p50: number; p99: number }[] = [];

/** The second figure of runs that another row has just made. */
function alsoMeasured<T>(runs: T[], figure: (run: T) => number): () => number {
  let at = 0;
  return () => figure(runs[at++]!);
}

const MEASURES: readonly Measure[] = [
  { name: 'fold, packed records in memory', unit: 'lines/s', atLeast: 3_000_000, run: foldLines },
  { name: 'memory of full rings, heap and buffers', unit: '× message bytes', atMost: 1.25, digits: 3, run: ringMemory },
  { name: 'restore from the embedded log', unit: 'lines/s', atLeast: 1_000_000, run: restoreLines },
  {
    name: 'HTTP NDJSON into the embedded log, one server process',
    unit: 'lines/s',
    atLeast: 150_000,
    run: async () => {
      const run = await ingestLines();
      INGEST.push(run);
      return run.perSecond;
    },
  },
  {
    name: '  the same, per CPU second of the server',
    unit: 'lines/CPU s',
    run: alsoMeasured(INGEST, ({ perCpuSecond }) => perCpuSecond),
  },
  { name: 'HTTP NDJSON in to blocks in files, everything in one process', unit: 'lines/s', run: endToEndLines },
  {
    name: 'criterion accepted to block in file at 5 k lines/s, p99',
    unit: 'ms',
    atMost: 50,
    digits: 1,
    run: async () => {
      const run = await criterionToFile();
      LATENCY.push(run);
      return run.p99;
    },
  },
  { name: '  the same, p50', unit: 'ms', digits: 1, run: alsoMeasured(LATENCY, ({ p50 }) => p50) },
];

process.stdout.write(`${cpus().length} cores, ${cpus()[0]?.model.trim()}, Node ${process.version}, ${RUNS} runs each\n\n`);
process.exitCode = (await printTable(MEASURES)) ? 0 : 1;
