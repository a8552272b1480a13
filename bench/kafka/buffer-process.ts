import { BufferModule } from '@fleet-forensics/buffer/buffer.module';
import { readinessOf } from '@fleet-forensics/buffer/restoration';
import { SessionBuffer } from '@fleet-forensics/buffer/session-buffer';
import { startBusApp } from '@fleet-forensics/shared/bus/bus-app';
import type { Bus, Consumer, ConsumerHandlers, ConsumerOptions } from '@fleet-forensics/shared/bus/port';
import { BufferSettings } from '@fleet-forensics/shared/settings/buffer-settings';
import { BusSettings } from '@fleet-forensics/shared/settings/bus-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { openBus } from './bench-broker.ts';

/** What this process tells its parent. Seconds of wall time and of CPU (all threads) since the first partitions were assigned. */
export interface Told {
  /** `restored`: every ring is as it was; `folded`: so are BENCH_LINES; `done`: so is every block and position acknowledged. */
  readonly event: 'restored' | 'folded' | 'done';
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly lines: number;
  readonly blocks: number;
}

const LOOK_EVERY_MS = 2;
const { BENCH_BROKER = '', BENCH_GROUP: group = '', BENCH_LINES } = process.env;

// A buffer as a service runs it, in a group of the bench's choice. It ends with its parent, or when it is told anything.
const bus = openBus(BENCH_BROKER, process.env);
const { fetchRecords: maxBatchRecords, fetchBytes: maxBatchBytes } = readSettings(BusSettings, {});
const warn = (text: unknown) => process.stderr.write(`${String(text)}\n`);
const module = BufferModule.register({ bus, settings: readSettings(BufferSettings, process.env), warn });
let start: { atMs: number; cpu: NodeJS.CpuUsage } | undefined;
const noted: Bus = {
  ensureTopics: (specs) => bus.ensureTopics(specs),
  producer: () => bus.producer(),
  offsets: (partition) => bus.offsets(partition),
  close: () => bus.close(),
  consume: (options: ConsumerOptions, handlers: ConsumerHandlers): Promise<Consumer> =>
    bus.consume(options, {
      ...handlers,
      assigned: (assignments, consumer) => {
        if (assignments.length > 0) start ??= { atMs: performance.now(), cpu: process.cpuUsage() };
        return handlers.assigned(assignments, consumer);
      },
    }),
};
const { app } = await startBusApp(module, { bus: noted, group, maxBatchRecords, maxBatchBytes, failed: warn });
const buffer = app.get(SessionBuffer);

function tell(event: Told['event']): void {
  const { user, system } = process.cpuUsage(start!.cpu);
  const seconds = (performance.now() - start!.atMs) / 1000;
  const { messages: lines, blocks } = buffer.counts;
  process.send!({ event, seconds, cpuSeconds: (user + system) / 1e6, lines, blocks } satisfies Told);
}

const untold = new Map<Told['event'], () => boolean>([
  ['restored', () => start !== undefined && readinessOf(buffer).isReady],
  ['folded', () => start !== undefined && buffer.counts.messages >= Number(BENCH_LINES)],
]);
const looking = setInterval(() => {
  for (const [event, is] of untold) {
    if (is() && untold.delete(event)) tell(event);
  }
}, LOOK_EVERY_MS);

process.once('message', () => {
  // A buffer that hands its partitions over has its blocks acknowledged and its positions committed.
  void app.close().then(() => tell('done'));
});
process.once('disconnect', () => {
  clearInterval(looking);
  void bus.close();
});
