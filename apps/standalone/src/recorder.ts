import { messageOf } from '@fleet-forensics/shared/error';
import { join, resolve } from 'node:path';
import { BufferModule } from '@fleet-forensics/buffer/buffer.module';
import { bufferMetrics } from '@fleet-forensics/buffer/buffer-metrics';
import { readinessOf as readinessOfBuffer } from '@fleet-forensics/buffer/restoration';
import { SessionBuffer } from '@fleet-forensics/buffer/session-buffer';
import { configuredAccess } from '@fleet-forensics/ingest/access/configured-access';
import { Counters } from '@fleet-forensics/ingest/counters';
import { ingestMetrics } from '@fleet-forensics/ingest/ingest-metrics';
import { WatchedProducer } from '@fleet-forensics/ingest/log/watched-producer';
import { startIngest } from '@fleet-forensics/ingest/ingest-app';
import { configuredPolicies } from '@fleet-forensics/ingest/policy/configured-policies';
import { configuredSources } from '@fleet-forensics/ingest/sources/configured-sources';
import { startBusApp, type BusApp } from '@fleet-forensics/shared/bus/bus-app';
import { EmbeddedLog } from '@fleet-forensics/shared/bus/embedded/embedded-log';
import type { TopicSpec } from '@fleet-forensics/shared/bus/port';
import type { Metric } from '@fleet-forensics/shared/metrics/metric';
import { filingPlace } from '@fleet-forensics/shared/filing-place';
import type { Warn } from '@fleet-forensics/shared/process/log';
import { type Readiness, readinessOfAll } from '@fleet-forensics/shared/process/readiness';
import type { Traces } from '@fleet-forensics/shared/process/traces';
import { AccessSettings } from '@fleet-forensics/shared/settings/access-settings';
import { BufferSettings } from '@fleet-forensics/shared/settings/buffer-settings';
import { BusSettings } from '@fleet-forensics/shared/settings/bus-settings';
import { SETTINGS } from '@fleet-forensics/shared/settings/catalogue';
import { DetectionSettings } from '@fleet-forensics/shared/settings/detection-settings';
import { EmbeddedLogSettings } from '@fleet-forensics/shared/settings/embedded-log-settings';
import { IngestSettings } from '@fleet-forensics/shared/settings/ingest-settings';
import { NodeSettings } from '@fleet-forensics/shared/settings/node-settings';
import { readSettings, refuseUnknownSettings } from '@fleet-forensics/shared/settings/setting';
import { SignatureSettings } from '@fleet-forensics/shared/settings/signature-settings';
import { WriterSettings } from '@fleet-forensics/shared/settings/writer-settings';
import {
  BLOCKS,
  BUFFER_GROUP,
  DEAD_LETTERS,
  FILINGS,
  SESSION_EVENTS,
  TOPICS,
  WRITER_GROUP,
} from '@fleet-forensics/shared/topics';
import { FilingHealth } from '@fleet-forensics/writer/filing-health';
import { signingOf } from '@fleet-forensics/writer/head-signatures';
import { readinessOf as readinessOfWriter, RootHealth } from '@fleet-forensics/writer/root-health';
import { writerMetrics } from '@fleet-forensics/writer/writer-metrics';
import { WriterCounters } from '@fleet-forensics/writer/writer-counters';
import { WriterModule } from '@fleet-forensics/writer/writer.module';

/** All services of one process on the embedded log. */
export interface Recorder {
  /** Where ingest listens, e.g. `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Where ingest takes events, a line each. */
  readonly places: readonly string[];
  readonly dataDir: string;
  /** Every ForensicLogFile lies below it. */
  readonly forensicRoot: string;
  /** Whether events are taken, their sessions' rings restored and blocks filed now, and what else is not as it should be. */
  readonly readiness: Readiness;
  /** Of all services. */
  readonly metrics: readonly Metric[];
  /** What only a restart mends: consumers that stand still for longer than this, milliseconds. */
  stuckFor(ms: number): readonly string[];
  /** What was done since the start, and what was dropped on the way, by name. */
  counts(): Readonly<Record<string, number>>;
  /**
   * Answers what is in flight, files what was accepted, as far as that takes no longer than a few seconds, and closes the log.
   * What is left is filed after the next start.
   */
  close(): Promise<void>;
}

export interface RecorderOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told what an operator must know. */
  readonly warn: Warn;
  /** Undefined: nothing is traced. */
  readonly traces?: Traces | undefined;
}

/** A close that takes longer than this, milliseconds, is given up; what was accepted is in the log and is filed after the next start. */
export const CLOSE_WITHIN_MS = 4500;

/** For the buffer and for the writer, to finish what lies on the log when the recorder is closed. */
const DRAIN_MS = 1000;

/** Shares of FF_LOG_BYTES, over all partitions of a topic. */
const LOG_SHARES: Readonly<Record<string, number>> = {
  [SESSION_EVENTS]: 0.6,
  [BLOCKS]: 0.3,
  [FILINGS]: 0.05,
  [DEAD_LETTERS]: 0.05,
};

/**
 * Starts writer, buffer and ingest on one log.
 * @throws ForensicsError FF_BAD_SETTING, FF_UNKNOWN_SETTING, FF_LOG_IN_USE and what the log and the listener throw
 */
export async function startRecorder({ environment, warn, traces }: RecorderOptions): Promise<Recorder> {
  refuseUnknownSettings(SETTINGS, environment);
  const logSettings = readSettings(EmbeddedLogSettings, environment);
  const ingestSettings = readSettings(IngestSettings, environment);
  const detection = readSettings(DetectionSettings, environment);
  const { node } = readSettings(NodeSettings, environment);
  const bufferSettings = readSettings(BufferSettings, environment);
  const writerSettings = readSettings(WriterSettings, environment);
  const signing = signingOf(readSettings(SignatureSettings, environment));
  const { fetchRecords: maxBatchRecords, fetchBytes: maxBatchBytes } = readSettings(BusSettings, environment);

  const dataDir = resolve(logSettings.dataDir);
  const place = filingPlace(writerSettings.root, dataDir);
  const failed = (error: unknown) => warn(messageOf(error));
  const log = new EmbeddedLog({ dir: join(dataDir, 'log'), failed });
  const closers = [() => log.close()];
  try {
    await log.ensureTopics(topicsOf(logSettings));
    const consumer = { bus: log, maxBatchRecords, maxBatchBytes, failed };
    const writerModule = WriterModule.register({ bus: log, settings: writerSettings, ...place, signing, warn, traces });
    const writer = await startBusApp(writerModule, { ...consumer, group: WRITER_GROUP });
    closers.push(() => drainAndClose(writer));
    const bufferModule = BufferModule.register({ bus: log, settings: bufferSettings, warn, traces });
    const buffer = await startBusApp(bufferModule, { ...consumer, group: BUFFER_GROUP });
    closers.push(() => drainAndClose(buffer));
    const counters = new Counters();
    const policies = configuredPolicies(environment, { counters, warn });
    closers.push(async () => policies.close());
    const access = configuredAccess(environment, { counters, warn });
    const limits = readSettings(AccessSettings, environment);
    const watched = new WatchedProducer(log.producer());
    const options = {
      bus: { producer: () => watched },
      settings: ingestSettings,
      policies: policies.source,
      access,
      limits,
      detection,
      node,
      counters,
      warn,
      traces,
    };
    const ingest = await startIngest(options, configuredSources(environment));
    closers.push(() => ingest.app.close());
    const filing = writer.app.get(WriterCounters);
    const health = writer.app.get(FilingHealth);
    const root = writer.app.get(RootHealth);
    const { headroomBytes } = writerSettings;
    const sessions = buffer.app.get(SessionBuffer);
    const counts = () => sumsByName(counters.totals, sessions.counts, filing);
    const { url } = ingest;
    const places = [...ingest.places, policies.place];
    const close = () => closeAll(closers);
    return {
      url,
      places,
      dataDir,
      forensicRoot: place.root,
      counts,
      metrics: [
        ...ingestMetrics({ counters, spool: undefined, policies, access }),
        ...bufferMetrics(sessions, buffer.server),
        ...writerMetrics({ counters: filing, health, root, journal: place.journal, headroomBytes, server: writer.server }),
      ],
      stuckFor: (ms) => [...buffer.server.stuckFor(ms), ...writer.server.stuckFor(ms)],
      close,
      get readiness() {
        const { refusal } = watched;
        const ingesting: Readiness = { isReady: refusal === undefined, why: [`events are refused: ${refusal}`] };
        const { isReady, why } = readinessOfAll(ingesting, readinessOfBuffer(sessions), readinessOfWriter(health, root));
        return { isReady, why: [...why, ...policies.warnings, ...access.warnings] };
      },
    };
  } catch (error) {
    await closeAll(closers).catch((cause: unknown) => failed(cause));
    throw error;
  }
}

/** Finishes what lies on the log, within DRAIN_MS, and hands its partitions over. */
async function drainAndClose({ app, server }: BusApp): Promise<void> {
  try {
    await server.caughtUp(DRAIN_MS);
  } finally {
    await app.close();
  }
}

/** The last one first; one that fails does not keep the others open. @throws the first failure */
async function closeAll(closers: (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const closer of closers.splice(0).toReversed()) await closer().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

/** What several services count under one name is told together. */
function sumsByName(...services: readonly object[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, count] of services.flatMap((counts) => Object.entries(counts) as [string, number][])) {
    sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}

/** The embedded log's topics with their shares of the bytes that it may keep. */
function topicsOf({ logBytes }: EmbeddedLogSettings): TopicSpec[] {
  return TOPICS.map((topic) => ({
    ...topic,
    retentionBytes: Math.ceil((logBytes * (LOG_SHARES[topic.name] ?? 0)) / topic.partitions),
  }));
}
