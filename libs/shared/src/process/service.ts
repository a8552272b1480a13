import { ForensicsError } from '../error.ts';
import type { Metric } from '../metrics/metric.ts';
import { OpsSettings } from '../settings/ops-settings.ts';
import { readSettings } from '../settings/setting.ts';
import { OpsListener } from './ops/ops-listener.ts';
import { drain, endAsked, outliveReaders } from './process-end.ts';
import { describeReadiness, type Readiness } from './readiness.ts';

/** A change of readiness is said this soon. */
const LOOK_EVERY_MS = 100;

/** What a process runs. */
export interface Service {
  /** Said once it has started, a line each: where it listens, where its files lie. */
  readonly places: readonly string[];
  readonly readiness: Readiness;
  /** What only a restart mends, a phrase each: a consumer that is stuck. None: it lives. */
  readonly stuck: readonly string[];
  /** Read at each scrape, from its start to its end. */
  readonly metrics: readonly Metric[];
  /** What was done since the start, and what was dropped on the way, by name. */
  readonly counts: Readonly<Record<string, number>>;
  /** {@link close} is given up after this many milliseconds. */
  readonly drainMs: number;
  /** Finishes what is in flight and hands over the rest. */
  close(): Promise<void>;
}

export interface ServicePorts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A consumer that stands still for longer than this, milliseconds, is stuck. */
  readonly stuckMs: number;
  /** Told what an operator must know. */
  readonly warn: (message: string) => void;
  /** Told what the service can't go on from: the process drains as far as it can and ends with status 1. */
  readonly fatal: (error: unknown) => void;
}

/** The services that are processes of their own. */
export type ServiceName = 'ingest' | 'buffer' | 'writer' | 'standalone';

/**
 * Runs a service until Ctrl-C or SIGTERM and ends the process: with status 0 if it could be drained, with 1 if it could not, if it
 * did not start, or if it could not go on. Meanwhile it answers on the ops listener, from before its start. What it can be restarted after: everything, at any moment.
 */
export async function runService(name: ServiceName, start: (ports: ServicePorts) => Promise<Service>): Promise<never> {
  outliveReaders();
  process.exit(await run(name, start));
}

async function run(serviceName: ServiceName, start: (ports: ServicePorts) => Promise<Service>): Promise<number> {
  const asked = endAsked().then(() => 0);
  const { promise: failed, resolve: fail } = Promise.withResolvers<number>();
  const fatal = (error: unknown) => {
    process.stderr.write(`${describeError(error)}\n`);
    fail(1);
  };
  const warn = (message: string) => process.stderr.write(`warning: ${message}\n`);
  const ops = await startOps(serviceName).catch((error: unknown) => fatal(error));
  if (!ops) return 1;
  const starting = start({ environment: process.env, stuckMs: ops.stuckMs, warn, fatal }).catch((error: unknown) => fatal(error));
  const service = await Promise.race([starting, asked, failed]);
  // Nothing is lost with a service that was not ready yet.
  if (typeof service !== 'object') return service ?? 1;
  ops.runs(service);
  for (const place of service.places) say(place);
  const told = tellReadiness(service);
  const status = await Promise.race([asked, failed]);
  ops.state.drains();
  clearInterval(told);
  say('draining …');
  const isDrained = await drain(service, service.drainMs);
  const counts = Object.entries(service.counts).filter(([, count]) => count > 0);
  say(counts.map(([name, count]) => `${name} ${count}`).join(', ') || 'nothing happened');
  return isDrained ? status : 1;
}

async function startOps(name: ServiceName): Promise<OpsListener> {
  const ops = await OpsListener.start(name, readSettings(OpsSettings, process.env));
  say(`health and metrics: ${ops.url} (/livez, /readyz, /version, /metrics)`);
  return ops;
}

/** Says at once whether it is ready, and again whenever that changes. */
function tellReadiness(service: Service): NodeJS.Timeout {
  let said = describeReadiness(service.readiness);
  say(`${said}; Ctrl-C ends`);
  return setInterval(() => {
    const now = describeReadiness(service.readiness);
    if (now !== said) say(now);
    said = now;
  }, LOOK_EVERY_MS);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function describeError(error: unknown): string {
  if (error instanceof ForensicsError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? String(error)) : String(error);
}
