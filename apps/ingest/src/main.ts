import { join, resolve } from 'node:path';
import type { Producer } from '@fleet-forensics/shared/bus/port';
import { hasCode, messageOf } from '@fleet-forensics/shared/error';
import { DRAIN_MS, openKafka } from '@fleet-forensics/shared/process/kafka-at-start';
import type { Readiness } from '@fleet-forensics/shared/process/readiness';
import { runService, type Service, type ServicePorts } from '@fleet-forensics/shared/process/service';
import { checkTopics, untilKafkaAnswers, type CheckedLog } from '@fleet-forensics/shared/process/topic-check';
import { EmbeddedLogSettings } from '@fleet-forensics/shared/settings/embedded-log-settings';
import { IngestSettings, PolicySettings } from '@fleet-forensics/shared/settings/ingest-settings';
import { NodeSettings } from '@fleet-forensics/shared/settings/node-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { SpoolSettings } from '@fleet-forensics/shared/settings/spool-settings';
import { SESSION_EVENTS, TOPICS } from '@fleet-forensics/shared/topics';
import { Counters } from './counters.ts';
import { startIngest } from './ingest-app.ts';
import { configuredSources } from './sources/configured-sources.ts';
import { KafkaGate } from './spool/kafka-gate.ts';
import { SpooledProducer, type SpooledProducerOptions } from './spool/spooled-producer.ts';

/** One of any number of ingests, each with a spool of its own. */
async function start(ports: ServicePorts): Promise<Service> {
  const { environment, warn } = ports;
  const bus = openKafka(ports);
  const settings = readSettings(IngestSettings, environment);
  const policySettings = readSettings(PolicySettings, environment);
  const { spoolBytes: maxBytes, spoolDir } = readSettings(SpoolSettings, environment);
  const dir = resolve(spoolDir || join(readSettings(EmbeddedLogSettings, environment).dataDir, 'spool'));
  const counters = new Counters();
  const gate = new KafkaGate(bus.producer());
  const spool = maxBytes > 0 ? await openSpool(gate, { dir, maxBytes, counters, warn }) : undefined;
  await openGate(gate, bus, ports, spool !== undefined);
  const producer = () => spool ?? gate;
  const { node } = readSettings(NodeSettings, environment);
  const options = { bus: { producer }, settings, policySettings, node, counters, warn };
  const { app, places } = await startIngest(options, configuredSources(environment));
  return {
    places: [...places, spool ? `events wait in ${dir} while Kafka is away` : 'there is no spool'],
    get readiness() {
      return readinessOf(spool);
    },
    get counts() {
      return counters.totals;
    },
    drainMs: DRAIN_MS,
    close: async () => {
      await app.close();
      await spool?.close();
      await bus.close();
    },
  };
}

function openSpool(kafka: Producer, options: Pick<SpooledProducerOptions, 'dir' | 'maxBytes' | 'counters' | 'warn'>) {
  const topic = TOPICS.find(({ name }) => name === SESSION_EVENTS)!;
  return SpooledProducer.open({ ...options, kafka, topic, warn: (message) => options.warn(`ingest: ${message}`), now: Date.now });
}

/**
 * Opens the gate when the topics are checked. With a spool that is not waited for: events are taken meanwhile.
 * @throws ForensicsError FF_BAD_TOPICS if Kafka answers now, and its topics are not as they have to be
 */
async function openGate(gate: KafkaGate, log: CheckedLog, { warn, fatal }: ServicePorts, hasSpool: boolean): Promise<void> {
  try {
    await checkTopics(log, warn);
    gate.open();
  } catch (error) {
    if (!hasCode(error, 'FF_LOG_UNAVAILABLE')) throw error;
    if (hasSpool) warn(`starting without Kafka, on the spool: ${messageOf(error)}`);
    const waitsFor = (reason: unknown) => hasSpool || hasCode(reason, 'FF_LOG_UNAVAILABLE');
    const waiting = untilKafkaAnswers(warn, () => checkTopics(log, warn), waitsFor);
    const opening = waiting.then(() => gate.open());
    if (hasSpool) opening.catch(fatal);
    else await opening;
  }
}

function readinessOf(spool: SpooledProducer | undefined): Readiness {
  const mode = spool?.status.mode ?? 'direct';
  return { isReady: true, why: mode === 'direct' ? [] : [`events go to the spool (${mode})`] };
}

await runService(start);
