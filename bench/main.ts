import { cpus } from 'node:os';
import { endToEndLines, latencyBeside } from './end-to-end.ts';
import { foldLines, ringMemory } from './fold.ts';
import { ingestLines } from './ingest.ts';
import { restoreLines } from './restore.ts';
import { socketLines } from './socket/socket-lines.ts';
import { itself, RUNS, Table } from './table.ts';

process.stdout.write(`${cpus().length} cores, ${cpus()[0]?.model.trim()}, Node ${process.version}, ${RUNS} runs each\n\n`);
const table = new Table();
await table.measure(foldLines, [{ name: 'fold, packed records in memory', unit: 'lines/s', atLeast: 3_000_000, of: itself }]);
await table.measure(ringMemory, [
  { name: 'memory of full rings, heap and buffers', unit: '× message bytes', atMost: 1.25, digits: 3, of: itself },
]);
await table.measure(restoreLines, [{ name: 'restore from the embedded log', unit: 'lines/s', atLeast: 1_000_000, of: itself }]);
await table.measure(ingestLines, [
  {
    name: 'HTTP NDJSON into the embedded log, one server process',
    unit: 'lines/s',
    atLeast: 150_000,
    of: ({ perSecond }) => perSecond,
  },
  { name: '  the same, per CPU second of the server', unit: 'lines/CPU s', of: ({ perCpuSecond }) => perCpuSecond },
]);
await table.measure(
  () => socketLines('memory', 100),
  [
    {
      name: "frames over the node's socket, parsed and packed, per CPU second",
      unit: 'lines/CPU s',
      atLeast: 1_000_000,
      of: ({ perCpuSecond }) => perCpuSecond,
    },
  ],
);
await table.measure(
  () => socketLines('memory', 1),
  [{ name: '  the same, each line sent on its own', unit: 'lines/CPU s', of: ({ perCpuSecond }) => perCpuSecond }],
);
await table.measure(
  () => socketLines('embedded', 100),
  [
    {
      name: '  by the hundred into the embedded log, per CPU second',
      unit: 'lines/CPU s',
      atLeast: 300_000,
      of: ({ perCpuSecond }) => perCpuSecond,
    },
    { name: '  the same, beside the sender', unit: 'lines/s', of: ({ perSecond }) => perSecond },
  ],
);
await table.measure(endToEndLines, [
  { name: 'HTTP NDJSON in to blocks in files, everything in one process', unit: 'lines/s', of: itself },
]);
await table.measure(
  () => latencyBeside(5000),
  [
    { name: 'criterion accepted to block in file at 5 k lines/s, p99', unit: 'ms', atMost: 50, digits: 1, of: ({ p99 }) => p99 },
    { name: '  the same, p50', unit: 'ms', digits: 1, of: ({ p50 }) => p50 },
  ],
);
process.exitCode = table.isReached ? 0 : 1;
