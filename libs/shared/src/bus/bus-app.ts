import type { DynamicModule, INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BusServer, KeepErrorFilter, type BusServerOptions } from './bus-server.ts';

/** Starts a Nest application that consumes from the bus; `close()` hands its partitions over first. */
export async function startBusApp(module: DynamicModule, options: BusServerOptions): Promise<INestMicroservice> {
  const app = await NestFactory.createMicroservice(module, {
    strategy: new BusServer(options),
    logger: ['warn', 'error', 'fatal'],
    abortOnError: false,
  });
  app.useGlobalFilters(new KeepErrorFilter());
  await app.listen();
  return app;
}
