import { FLEET } from '../fleet.ts';
import type { Figures } from './figures.ts';
import { FleetTraffic } from './fleet-traffic.ts';
import { cpuOf, type Pipeline } from './pipeline.ts';
import { cpuSeconds } from './process-figures.ts';
import type { App } from './service.ts';

export interface PipelineFigures extends Figures {
  /** CPU seconds per million lines of each service, and of the broker, which is not in {@link Figures}. */
  readonly cpuOf: Readonly<Record<App | 'broker', number>>;
}

/** A fleet over HTTP, until its last block is in its file; the services run on from run to run. */
export class WholePipeline {
  readonly #pipeline: Pipeline;
  readonly #traffic: FleetTraffic;

  constructor(pipeline: Pipeline) {
    this.#pipeline = pipeline;
    this.#traffic = new FleetTraffic(pipeline, FLEET);
  }

  async run(): Promise<PipelineFigures> {
    const before = { lines: this.#traffic.lines, cpu: this.#cpuSeconds(), ms: performance.now() };
    await this.#traffic.send((round) => round === 0);
    await this.#traffic.filed();
    const seconds = (performance.now() - before.ms) / 1000;
    const lines = this.#traffic.lines - before.lines;
    const now = this.#cpuSeconds();
    const spent = (whose: App | 'broker') => ((now[whose] - before.cpu[whose]) / lines) * 1e6;
    const cpuSecondsOf = { ingest: spent('ingest'), buffer: spent('buffer'), writer: spent('writer'), broker: spent('broker') };
    const { ingest, buffer, writer } = cpuSecondsOf;
    return { linesPerSecond: lines / seconds, cpuSecondsPerMillion: ingest + buffer + writer, cpuOf: cpuSecondsOf };
  }

  #cpuSeconds(): Record<App | 'broker', number> {
    return { ...cpuOf(this.#pipeline), broker: cpuSeconds(this.#pipeline.broker.pid) };
  }
}
