import type { Socket } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { ForensicsError, messageOf } from '../../error.ts';
import { type Metric, registerMetrics } from '../../metrics/metric.ts';
import type { OpsSettings } from '../../settings/ops-settings.ts';
import { ConnectionShares } from '../connection-shares.ts';
import { type BuildInfo, buildInfo } from './build-info.ts';
import { OpsModule, type OpsOptions } from './ops.module.ts';
import { type ServedService, ServiceState } from './service-state.ts';

/** Open connections, further ones are closed at once; a request and its answer are through within the time, idle ones closed. */
const MAX_CONNECTIONS = 100;
/** Those of one address: whoever holds all could have every service restarted, for its probes would hear nothing. */
const MAX_ADDRESS_CONNECTIONS = 20;
const TIMEOUT_MS = 5_000;
const IDLE_MS = 30_000;

/** Nothing that is asked here has a body. */
const MAX_BODY_BYTES = 1024;

/** A listener for those who operate a service, beside its work. It answers from the start of the process to its end. */
export class OpsListener {
  readonly state: ServiceState;
  /** Where it listens, e.g. `http://127.0.0.1:9464`. */
  readonly url: string;
  /** As FF_OPS_STUCK_S says. */
  readonly stuckMs: number;
  readonly #registry: Registry;
  readonly #app: NestFastifyApplication;

  private constructor(app: NestFastifyApplication, url: string, { state, registry }: OpsOptions, stuckMs: number) {
    this.#app = app;
    this.#registry = registry;
    this.url = url;
    this.state = state;
    this.stuckMs = stuckMs;
  }

  /** @param name of the service @throws ForensicsError FF_LISTEN_FAILED */
  static async start(name: string, settings: OpsSettings): Promise<OpsListener> {
    const state = new ServiceState();
    const build = buildInfo(name, settings.revision);
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    registerMetrics(registry, [
      { kind: 'gauge', name: 'forensic_ready', help: '1 while /readyz answers 200', read: () => Number(state.readiness.isReady) },
    ]);
    registerBuild(registry, build);
    const options = { state, build, registry };
    const app = await createApp(options);
    return new OpsListener(app, await listen(app, settings), options, settings.stuckS * 1000);
  }

  /** These are told too. */
  measures(metrics: readonly Metric[]): void {
    registerMetrics(this.#registry, metrics);
  }

  /** The service has started: its metrics are told too. */
  runs(service: ServedService): void {
    this.measures(service.metrics);
    this.state.runs(service);
  }

  close(): Promise<void> {
    return this.#app.close();
  }
}

function registerBuild(registry: Registry, { version, revision }: BuildInfo): void {
  const help = 'Always 1: what runs';
  const names = { name: 'forensic_build_info', help, labelNames: ['version', 'revision'] };
  new Gauge({ ...names, registers: [registry] }).set({ version, revision }, 1);
}

async function createApp(options: OpsOptions): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: TIMEOUT_MS,
    connectionTimeout: IDLE_MS,
    keepAliveTimeout: IDLE_MS,
    forceCloseConnections: true,
    http: { headersTimeout: TIMEOUT_MS, connectionsCheckingInterval: 1000 },
  });
  const { server } = adapter.getInstance();
  const shares = new ConnectionShares(MAX_ADDRESS_CONNECTIONS);
  server.maxConnections = MAX_CONNECTIONS;
  server.prependListener('connection', (socket: Socket) => void shares.take(socket));
  return NestFactory.create<NestFastifyApplication>(OpsModule.register(options), adapter, { logger: false, abortOnError: false });
}

async function listen(app: NestFastifyApplication, { host, port }: OpsSettings): Promise<string> {
  try {
    await app.listen(port, host);
    return await app.getUrl();
  } catch (cause) {
    await app.close();
    const message = `FF_OPS_HOST=${host} FF_OPS_PORT=${port}: ${messageOf(cause)}; choose an address of this machine and a free port`;
    throw new ForensicsError('FF_LISTEN_FAILED', message, { cause });
  }
}
