import { setTimeout as pause } from 'node:timers/promises';
import { BUFFER_GROUP } from '@fleet-forensics/shared/topics';
import { FLEET } from '../fleet.ts';
import { FleetTraffic } from './fleet-traffic.ts';
import type { Pipeline } from './pipeline.ts';
import { residentMb } from './process-figures.ts';
import type { App } from './service.ts';
import { trueLag } from './true-lag.ts';

export interface Sustained {
  /** Until the last block was filed, that time included. */
  readonly linesPerSecond: number;
  /** Lines per second answered in the slowest ten seconds. */
  readonly slowest: number;
  /** MB of each service. */
  readonly atFirst: Readonly<Record<App, number>>;
  readonly atEnd: Readonly<Record<App, number>>;
  /** Records that were not folded and committed when the last request was answered. */
  readonly lag: number;
  readonly blocks: number;
}

export const SUSTAINED_S = Number(process.env['SUSTAINED_S'] ?? 300);

const WINDOW_S = 10;
/** When the memory of a process that has warmed up is read. */
const FIRST_S = Math.min(60, SUSTAINED_S / 2);

/** Fewer sessions than elsewhere, sent more often: requests that are built once stay in memory. */
const FLEET_OF_ROUNDS = { ...FLEET, sessions: 800 };

/** Sends as fast as answers come for SUSTAINED_S, then waits for the blocks. @throws Error if there are not as many as asked for */
export async function sustain(pipeline: Pipeline): Promise<Sustained> {
  const traffic = new FleetTraffic(pipeline, FLEET_OF_ROUNDS);
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  const watch = new Watch(pipeline, traffic);
  const watching = watch.run(seconds);
  await traffic.send(() => seconds() < SUSTAINED_S);
  const lag = await trueLag(pipeline.broker.address, BUFFER_GROUP);
  const slowest = await watching;
  await traffic.filed();
  const linesPerSecond = traffic.lines / seconds();
  return { linesPerSecond, slowest, atFirst: watch.atFirst, atEnd: residentOf(pipeline), lag, blocks: traffic.blocks };
}

/** Looks at the traffic every ten seconds, and once at the memory. */
class Watch {
  atFirst: Readonly<Record<App, number>> = { ingest: 0, buffer: 0, writer: 0 };
  readonly #pipeline: Pipeline;
  readonly #traffic: FleetTraffic;

  constructor(pipeline: Pipeline, traffic: FleetTraffic) {
    this.#pipeline = pipeline;
    this.#traffic = traffic;
  }

  /** @returns lines per second of the slowest window */
  async run(seconds: () => number): Promise<number> {
    const first = pause(FIRST_S * 1000).then(() => (this.atFirst = residentOf(this.#pipeline)));
    let slowest = Infinity;
    let last = { lines: this.#traffic.lines, seconds: seconds() };
    while (seconds() + WINDOW_S <= SUSTAINED_S) {
      await pause(WINDOW_S * 1000);
      const now = { lines: this.#traffic.lines, seconds: seconds() };
      slowest = Math.min(slowest, (now.lines - last.lines) / (now.seconds - last.seconds));
      last = now;
    }
    await first;
    return slowest;
  }
}

function residentOf({ services }: Pipeline): Record<App, number> {
  const { ingest, buffer, writer } = services;
  return { ingest: residentMb(ingest.pid), buffer: residentMb(buffer.pid), writer: residentMb(writer.pid) };
}
