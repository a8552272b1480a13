import { mkdirSync } from 'node:fs';
import { startBusApp } from '@fleet-forensics/shared/bus/bus-app';
import { messageOf } from '@fleet-forensics/shared/error';
import { filingPlace } from '@fleet-forensics/shared/filing-place';
import { DRAIN_MS, openKafka } from '@fleet-forensics/shared/process/kafka-at-start';
import { runService, type Service, type ServicePorts } from '@fleet-forensics/shared/process/service';
import { checkTopics, untilKafkaAnswers } from '@fleet-forensics/shared/process/topic-check';
import { BusSettings } from '@fleet-forensics/shared/settings/bus-settings';
import { EmbeddedLogSettings } from '@fleet-forensics/shared/settings/embedded-log-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { SignatureSettings } from '@fleet-forensics/shared/settings/signature-settings';
import { WRITER_GROUP } from '@fleet-forensics/shared/topics';
import { WriterSettings } from '@fleet-forensics/shared/settings/writer-settings';
import { FilingHealth } from './filing-health.ts';
import { signingOf } from './head-signatures.ts';
import { readinessOf, RootHealth } from './root-health.ts';
import { WriterCounters } from './writer-counters.ts';
import { writerMetrics } from './writer-metrics.ts';
import { WriterModule } from './writer.module.ts';

/** One of any number of writers: they share the partitions of forensic.blocks, and those on one host root and journal too. */
async function start(ports: ServicePorts): Promise<Service> {
  const { environment, stuckMs, warn } = ports;
  const bus = openKafka(ports);
  const settings = readSettings(WriterSettings, environment);
  const { dataDir } = readSettings(EmbeddedLogSettings, environment);
  const { fetchRecords: maxBatchRecords, fetchBytes: maxBatchBytes } = readSettings(BusSettings, environment);
  const signing = signingOf(readSettings(SignatureSettings, environment));
  const place = filingPlace(settings.root, dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const { app, server } = await untilKafkaAnswers(warn, async () => {
    await checkTopics(bus, warn);
    return startBusApp(WriterModule.register({ bus, settings, ...place, signing, warn }), {
      bus,
      group: WRITER_GROUP,
      maxBatchRecords,
      maxBatchBytes,
      failed: (error) => warn(messageOf(error)),
    });
  });
  const counters = app.get(WriterCounters);
  const health = app.get(FilingHealth);
  const root = app.get(RootHealth);
  const { journal } = place;
  const { headroomBytes } = settings;
  return {
    places: [`blocks are filed below ${place.root}`, `their journal is ${place.journal}`],
    get readiness() {
      return readinessOf(health, root);
    },
    get counts() {
      return Object.fromEntries(Object.entries(counters));
    },
    get stuck() {
      return server.stuckFor(stuckMs);
    },
    metrics: writerMetrics({ counters, health, root, journal, headroomBytes, server }),
    drainMs: DRAIN_MS,
    close: async () => {
      await app.close();
      await bus.close();
    },
  };
}

await runService('writer', start);
