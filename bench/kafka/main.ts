import { cpus } from 'node:os';
import { ringMemory } from '../fold.ts';
import { criterionToFile } from '../latency.ts';
import { itself, median, RUNS, Table } from '../table.ts';
import { withBroker } from './bench-broker.ts';
import { drain, prefillForDrain } from './drain.ts';
import type { Figures } from './figures.ts';
import { compilePeers, prefillForPeers, runPeer } from './peer.ts';
import { withPipeline } from './pipeline.ts';
import { prefillForRestore, restoreLines } from './restore-after-kill.ts';
import { sustain, SUSTAINED_S, type Sustained } from './sustained.ts';
import { APPS } from './service.ts';
import { type PipelineFigures, WholePipeline } from './whole-pipeline.ts';

/** Several times what a restart would read, and no more than some GB in all. */
const RETENTION = { mib: 128 };

async function drainAndPeers(table: Table): Promise<void> {
  await withBroker(async (broker) => {
    await prefillForDrain(broker);
    const drained = await table.measure(
      () => drain(broker),
      [
        { name: 'buffer drains a filled topic', unit: 'lines/s', atLeast: 1_500_000, of: speed },
        { name: '  the same, CPU', unit: 's per 1 M lines', atMost: 0.7, digits: 2, of: cpu },
      ],
    );
    const records = await prefillForPeers(broker);
    const ratioTo = (peer: Figures) => median(drained.map(speed)) / speed(peer);
    const ratioOfCpu = (peer: Figures) => cpu(peer) / median(drained.map(cpu));
    const peers = [
      { peer: 'kafkajs-consumer', name: 'plain kafkajs, a record a line', atLeast: 10 },
      { peer: 'nest-consumer', name: "Nest's ServerKafka and ValidationPipe, a record a line", atLeast: 25 },
    ] as const;
    for (const { peer, name, atLeast } of peers) {
      await table.measure(
        () => runPeer(peer, broker, records),
        [
          { name, unit: 'lines/s', of: speed },
          { name: '  the same, CPU', unit: 's per 1 M lines', digits: 1, of: cpu },
          { name: '  the buffer drains this many times faster', unit: '×', atLeast, digits: 1, of: ratioTo },
          { name: '  with this many times less CPU', unit: '×', digits: 1, of: ratioOfCpu },
        ],
      );
    }
  });
}

async function restore(table: Table): Promise<void> {
  await withBroker(async (broker) => {
    await prefillForRestore(broker);
    await table.measure(
      () => restoreLines(broker),
      [{ name: 'restore after kill -9, 1 M lines in rings', unit: 'lines/s', atLeast: 1_000_000, of: itself }],
    );
  });
}

async function wholePipeline(table: Table): Promise<void> {
  await withBroker((broker) =>
    withPipeline(broker, async (pipeline) => {
      const whole = new WholePipeline(pipeline);
      await table.measure(
        () => whole.run(),
        [
          {
            name: 'HTTP NDJSON in to blocks in files, CPU of all services',
            unit: 's per 1 M lines',
            atMost: 6,
            digits: 2,
            of: cpu,
          },
          ...APPS.map((app) => ({
            name: `  of it ${app}`,
            unit: 's per 1 M lines',
            digits: 2,
            of: (its: PipelineFigures) => its.cpuOf[app],
          })),
          { name: '  the same, CPU of the broker', unit: 's per 1 M lines', digits: 2, of: (its) => its.cpuOf.broker },
          { name: '  the same, speed', unit: 'lines/s', of: speed },
        ],
      );
      let run = 0;
      await table.measure(
        () => criterionToFile(pipeline, `failing-${run++}`, 20_000),
        [
          {
            name: 'criterion accepted to block in file at 20 k lines/s, p50',
            unit: 'ms',
            atMost: 25,
            digits: 1,
            of: ({ p50 }) => p50,
          },
          { name: '  the same, p99', unit: 'ms', atMost: 100, digits: 1, of: ({ p99 }) => p99 },
          { name: '  the other traffic was', unit: 'lines/s', of: ({ background }) => background },
        ],
      );
    }),
  );
}

async function sustained(table: Table): Promise<void> {
  const run = () => withBroker((broker) => withPipeline(broker, sustain), RETENTION);
  const total = ({ ingest, buffer, writer }: Sustained['atEnd']) => ingest + buffer + writer;
  await table.measure(
    run,
    [
      { name: `sustained for ${SUSTAINED_S} s`, unit: 'lines/s', atLeast: 150_000, of: ({ linesPerSecond }) => linesPerSecond },
      { name: '  its slowest 10 s', unit: 'lines/s', of: ({ slowest }) => slowest },
      { name: '  true lag at the end', unit: 'records', of: ({ lag }) => lag },
      { name: '  blocks filed, each once', unit: 'blocks', of: ({ blocks }) => blocks },
      ...APPS.flatMap((app) => [
        { name: `  ${app}, resident at minute 1`, unit: 'MB', of: ({ atFirst }: Sustained) => atFirst[app] },
        { name: `  ${app}, resident at the end`, unit: 'MB', of: ({ atEnd }: Sustained) => atEnd[app] },
      ]),
      {
        name: '  all services at the end',
        unit: '× minute 1',
        atMost: 1.25,
        digits: 2,
        of: (its) => total(its.atEnd) / total(its.atFirst),
      },
    ],
    { counted: 1, uncounted: 0 },
  );
}

function speed({ linesPerSecond }: Figures): number {
  return linesPerSecond;
}

function cpu({ cpuSecondsPerMillion }: Figures): number {
  return cpuSecondsPerMillion;
}

// What was started ends with this process, and its directories go: `exit` is not told of a signal that nobody handles.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
compilePeers();
process.stdout.write(`${cpus().length} cores, ${cpus()[0]?.model.trim()}, Node ${process.version}, ${RUNS} runs each\n\n`);
const table = new Table();
await drainAndPeers(table);
await restore(table);
await wholePipeline(table);
await sustained(table);
await table.measure(ringMemory, [
  { name: 'memory of full rings, heap and buffers', unit: '× message bytes', atMost: 1.25, digits: 3, of: itself },
]);
process.exitCode = table.isReached ? 0 : 1;
