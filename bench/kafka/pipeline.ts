import { join } from 'node:path';
import type { BenchBroker } from './bench-broker.ts';
import type { Place } from '../latency.ts';
import { cpuSeconds } from './process-figures.ts';
import { withScratchDir } from './scratch-dir.ts';
import { type App, Service } from './service.ts';

/** The three services on a broker. */
export interface Pipeline extends Place {
  readonly services: Readonly<Record<App, Service>>;
  readonly broker: BenchBroker;
}

/** Starts them, and ends them when `use` has settled. */
export function withPipeline<T>(broker: BenchBroker, use: (pipeline: Pipeline) => Promise<T>): Promise<T> {
  return withScratchDir(async (dataDir) => {
    const environment = { FF_KAFKA_BROKERS: broker.address, FF_DATA_DIR: dataDir, FF_INGEST_PORT: '0' };
    const start = (app: App) => new Service(app, environment);
    const services = { ingest: start('ingest'), buffer: start('buffer'), writer: start('writer') };
    const all = Object.values(services);
    try {
      await Promise.all(all.map((service) => service.says(/^ready/m)));
      const [, url = ''] = await services.ingest.says(/listens on (http:\S+)/);
      const pipeline = { services, broker, url, forensicFile: join(dataDir, 'forensic/forensic.log') };
      return await Promise.race([use(pipeline), ...all.map((service) => service.endedItself())]);
    } finally {
      for (const service of all) await service.stop();
    }
  });
}

/** CPU seconds of each service since it started. */
export function cpuOf({ services: { ingest, buffer, writer } }: Pipeline): Record<App, number> {
  return { ingest: cpuSeconds(ingest.pid), buffer: cpuSeconds(buffer.pid), writer: cpuSeconds(writer.pid) };
}
