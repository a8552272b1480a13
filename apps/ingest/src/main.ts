import { join, resolve } from 'node:path';
import { DRAIN_MS } from '@fleet-forensics/shared/process/kafka-at-start';
import type { Readiness } from '@fleet-forensics/shared/process/readiness';
import { runService, type Service, type ServicePorts } from '@fleet-forensics/shared/process/service';
import { AccessSettings } from '@fleet-forensics/shared/settings/access-settings';
import { DetectionSettings } from '@fleet-forensics/shared/settings/detection-settings';
import { EmbeddedLogSettings } from '@fleet-forensics/shared/settings/embedded-log-settings';
import { IngestSettings } from '@fleet-forensics/shared/settings/ingest-settings';
import { NodeSettings } from '@fleet-forensics/shared/settings/node-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { SpoolSettings } from '@fleet-forensics/shared/settings/spool-settings';
import { SESSION_EVENTS, TOPICS } from '@fleet-forensics/shared/topics';
import { configuredAccess } from './access/configured-access.ts';
import { Counters } from './counters.ts';
import { startIngest } from './ingest-app.ts';
import { ingestMetrics } from './ingest-metrics.ts';
import { type IngestLog, ingestLog } from './log/ingest-log.ts';
import { WatchedProducer } from './log/watched-producer.ts';
import { configuredPolicies } from './policy/configured-policies.ts';
import { configuredSources } from './sources/configured-sources.ts';
import { SpooledProducer, type SpooledProducerOptions } from './spool/spooled-producer.ts';

/** One of any number of ingests, each with a spool of its own. */
async function start(ports: ServicePorts): Promise<Service> {
  const { environment, warn } = ports;
  const counters = new Counters();
  const log = ingestLog(ports, counters);
  const settings = readSettings(IngestSettings, environment);
  const policies = configuredPolicies(environment, { counters, warn: (message) => warn(`ingest: ${message}`) });
  const access = configuredAccess(environment, { counters, warn: (message) => warn(`ingest: ${message}`) });
  const limits = readSettings(AccessSettings, environment);
  const detection = readSettings(DetectionSettings, environment);
  const { node } = readSettings(NodeSettings, environment);
  const { spoolBytes: maxBytes, spoolDir } = readSettings(SpoolSettings, environment);
  const dir = resolve(spoolDir || join(readSettings(EmbeddedLogSettings, environment).dataDir, 'spool'));
  const spool = maxBytes > 0 ? await openSpool(log, { dir, maxBytes, counters, warn }) : undefined;
  await log.open(spool !== undefined);
  const watched = new WatchedProducer(spool ?? log.producer);
  const producer = () => watched;
  const options = { bus: { producer }, settings, policies: policies.source, access, limits, detection, node, counters, warn };
  const { app, places } = await startIngest(options, configuredSources(environment));
  return {
    places: [
      ...places,
      policies.place,
      `events go to ${log.name}`,
      spool ? `events wait in ${dir} while ${log.name} is away` : 'there is no spool',
    ],
    get readiness() {
      return readinessOf(watched, spool, [...policies.warnings, ...access.warnings]);
    },
    // It consumes nothing: that the event loop turns is all there is to it.
    stuck: [],
    metrics: ingestMetrics({ counters, spool, policies, access }),
    get counts() {
      return counters.totals;
    },
    drainMs: DRAIN_MS,
    close: async () => {
      policies.close();
      await app.close();
      await spool?.close();
      await log.close();
    },
  };
}

function openSpool(log: IngestLog, options: Pick<SpooledProducerOptions, 'dir' | 'maxBytes' | 'counters' | 'warn'>) {
  const topic = TOPICS.find(({ name }) => name === SESSION_EVENTS)!;
  return SpooledProducer.open({
    ...options,
    log: log.producer,
    logName: log.name,
    topic,
    warn: (message) => options.warn(`ingest: ${message}`),
    now: Date.now,
  });
}

/** Ready while events can be kept, in the log or in the spool. */
function readinessOf({ refusal }: WatchedProducer, spool: SpooledProducer | undefined, warnings: readonly string[]): Readiness {
  const mode = spool?.status.mode ?? 'direct';
  const spooling = mode === 'direct' ? [] : [`events go to the spool (${mode})`];
  if (refusal !== undefined) return { isReady: false, why: [`events are refused: ${refusal}`, ...warnings] };
  return { isReady: true, why: [...spooling, ...warnings] };
}

await runService('ingest', start);
