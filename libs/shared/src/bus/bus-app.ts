import type { DynamicModule, INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BusServer, KeepErrorFilter, type BusServerOptions } from './bus-server.ts';

/** A Nest application that consumes from the bus. */
export interface BusApp {
  readonly app: INestMicroservice;
  readonly server: BusServer;
}

/** Starts one; closing the app hands its partitions over first. @throws what the bus throws where it can't be consumed from */
export async function startBusApp(module: DynamicModule, options: BusServerOptions): Promise<BusApp> {
  const server = new BusServer(options);
  const app = await NestFactory.createMicroservice(module, {
    strategy: server,
    logger: false,
    abortOnError: false,
  });
  app.useGlobalFilters(new KeepErrorFilter());
  try {
    await app.listen();
    return { app, server };
  } catch (error) {
    await app.close();
    throw error;
  }
}
