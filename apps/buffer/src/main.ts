import { startBusApp } from '@fleet-forensics/shared/bus/bus-app';
import { messageOf } from '@fleet-forensics/shared/error';
import { DRAIN_MS, openKafka } from '@fleet-forensics/shared/process/kafka-at-start';
import { runService, type Service, type ServicePorts } from '@fleet-forensics/shared/process/service';
import { checkTopics, untilKafkaAnswers } from '@fleet-forensics/shared/process/topic-check';
import { BufferSettings } from '@fleet-forensics/shared/settings/buffer-settings';
import { BusSettings } from '@fleet-forensics/shared/settings/bus-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { BUFFER_GROUP } from '@fleet-forensics/shared/topics';
import { bufferMetrics } from './buffer-metrics.ts';
import { BufferModule } from './buffer.module.ts';
import { readinessOf } from './restoration.ts';
import { SessionBuffer } from './session-buffer.ts';

/** One of any number of buffers: they share the partitions of forensic.session-events. */
async function start(ports: ServicePorts): Promise<Service> {
  const { environment, stuckMs, warn } = ports;
  const bus = openKafka(ports);
  const settings = readSettings(BufferSettings, environment);
  const { fetchRecords: maxBatchRecords, fetchBytes: maxBatchBytes } = readSettings(BusSettings, environment);
  const { app, server } = await untilKafkaAnswers(warn, async () => {
    await checkTopics(bus, warn);
    return startBusApp(BufferModule.register({ bus, settings, warn }), {
      bus,
      group: BUFFER_GROUP,
      maxBatchRecords,
      maxBatchBytes,
      failed: (error) => warn(messageOf(error)),
    });
  });
  const buffer = app.get(SessionBuffer);
  return {
    places: [],
    get readiness() {
      return readinessOf(buffer);
    },
    get counts() {
      return Object.fromEntries(Object.entries(buffer.counts));
    },
    get stuck() {
      return server.stuckFor(stuckMs);
    },
    metrics: bufferMetrics(buffer, server),
    drainMs: DRAIN_MS,
    close: async () => {
      await app.close();
      await bus.close();
    },
  };
}

await runService('buffer', start);
