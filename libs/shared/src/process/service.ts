import { ForensicsError } from '../error.ts';
import { LoggingSettings } from '../settings/logging-settings.ts';
import { OpsSettings } from '../settings/ops-settings.ts';
import { readSettings } from '../settings/setting.ts';
import { configuredTraces } from './configured-traces.ts';
import { type Log, openLog, type Warn } from './log.ts';
import { OpsListener } from './ops/ops-listener.ts';
import type { ServedService } from './ops/service-state.ts';
import { drain, endAsked, outliveReaders } from './process-end.ts';
import { processMetrics } from './process-metrics.ts';
import { describeReadiness } from './readiness.ts';
import type { Traces } from './traces.ts';

/** A change of readiness is said this soon. */
const LOOK_EVERY_MS = 100;

/** What a process runs. */
export interface Service extends ServedService {
  /** Said once it has started, a line each: where it listens, where its files lie. */
  readonly places: readonly string[];
  /** What was done since the start, and what was dropped on the way, by name. */
  readonly counts: Readonly<Record<string, number>>;
  /** {@link close} is given up after this many milliseconds. */
  readonly drainMs: number;
  /** Finishes what is in flight and hands over the rest. */
  close(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

export interface ServicePorts {
  readonly environment: Environment;
  /** A consumer that stands still for longer than this, milliseconds, is stuck. */
  readonly stuckMs: number;
  readonly warn: Warn;
  /** Told what the service can't go on from: the process drains as far as it can and ends with status 1. */
  readonly fatal: (error: unknown) => void;
  /** Undefined: nothing is traced. */
  readonly traces: Traces | undefined;
}

/** The services that are processes of their own. */
export type ServiceName = 'ingest' | 'buffer' | 'writer' | 'standalone';

type Start = (ports: ServicePorts) => Promise<Service>;

/**
 * Runs a service until Ctrl-C or SIGTERM and ends the process: with status 0 if it could be drained, with 1 if it could not, if it
 * did not start, or if it could not go on. Meanwhile it answers on the ops listener, from before its start. What it can be
 * restarted after: everything, at any moment.
 * @param name each line of its log says it
 */
export async function runService(name: ServiceName, start: Start): Promise<never> {
  outliveReaders();
  const asked = endAsked().then(() => 0);
  const { log, problem } = await logOf(name, process.env);
  const status = problem === undefined ? await run(name, start, log, asked) : tell(log, problem);
  await log.flushed();
  process.exit(status);
}

/** The log as the environment wants it; if that is wrong, the usual log, and the problem to tell it. */
async function logOf(name: ServiceName, environment: Environment): Promise<{ log: Log; problem?: unknown }> {
  try {
    return { log: await openLog(name, readSettings(LoggingSettings, environment)) };
  } catch (problem) {
    return { log: await openLog(name, readSettings(LoggingSettings, {})), problem };
  }
}

async function run(serviceName: ServiceName, start: Start, log: Log, asked: Promise<number>): Promise<number> {
  const { promise: failed, resolve: fail } = Promise.withResolvers<number>();
  const fatal = (error: unknown) => fail(tell(log, error));
  const warn: Warn = (message, fields) => log.warn(message, fields);
  const ops = await startOps(serviceName, log).catch((error: unknown) => fatal(error));
  if (!ops) return failed;
  const opening = configuredTraces(serviceName, process.env, warn);
  const starting = opening
    .then((traces) => {
      ops.measures(processMetrics(log, traces));
      return start({ environment: process.env, stuckMs: ops.stuckMs, warn, fatal, traces });
    })
    .catch((error: unknown) => fatal(error));
  const service = await Promise.race([starting, asked, failed]);
  // Nothing is lost with a service that was not ready yet.
  if (typeof service !== 'object') return service ?? 1;
  ops.runs(service);
  for (const place of service.places) log.info(place);
  const told = tellReadiness(service, log);
  const status = await Promise.race([asked, failed]);
  ops.state.drains();
  clearInterval(told);
  log.info('draining …');
  const isDrained = await drain(service, service.drainMs, (message) => log.error(message));
  const traces = await opening;
  await traces?.close();
  tellCounts({ ...service.counts, ...traces?.counts, logLinesDropped: log.dropped }, log);
  return isDrained ? status : 1;
}

async function startOps(name: ServiceName, log: Log): Promise<OpsListener> {
  const ops = await OpsListener.start(name, readSettings(OpsSettings, process.env));
  log.info(`health and metrics: ${ops.url}`);
  return ops;
}

/** Says at once whether it is ready, and again whenever that changes. */
function tellReadiness(service: Service, log: Log): NodeJS.Timeout {
  let said = describeReadiness(service.readiness);
  log.info(`${said}; Ctrl-C ends`);
  return setInterval(() => {
    const now = describeReadiness(service.readiness);
    if (now !== said) log.info(now);
    said = now;
  }, LOOK_EVERY_MS);
}

function tellCounts(all: Readonly<Record<string, number>>, log: Log): void {
  const counts = Object.fromEntries(Object.entries(all).filter(([, count]) => count > 0));
  const said = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  log.info(said.join(', ') || 'nothing happened', { counts });
}

/** Says what ended the service, or kept it from starting. @returns the exit status */
function tell(log: Log, error: unknown): 1 {
  if (error instanceof ForensicsError) log.error(`${error.code}: ${error.message}`, { code: error.code });
  else log.error(error instanceof Error ? (error.stack ?? String(error)) : String(error));
  return 1;
}
