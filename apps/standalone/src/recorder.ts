import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BufferModule } from '@fleet-forensics/buffer/buffer.module';
import { startIngest } from '@fleet-forensics/ingest/main';
import { startBusApp } from '@fleet-forensics/shared/bus/bus-app';
import { EmbeddedLog } from '@fleet-forensics/shared/bus/embedded/embedded-log';
import { BufferSettings } from '@fleet-forensics/shared/settings/buffer-settings';
import { BusSettings } from '@fleet-forensics/shared/settings/bus-settings';
import { SETTINGS } from '@fleet-forensics/shared/settings/catalogue';
import { EmbeddedLogSettings } from '@fleet-forensics/shared/settings/embedded-log-settings';
import { IngestSettings, PolicySettings } from '@fleet-forensics/shared/settings/ingest-settings';
import { readSettings, refuseUnknownSettings } from '@fleet-forensics/shared/settings/setting';
import { WriterSettings } from '@fleet-forensics/shared/settings/writer-settings';
import { SESSION_EVENTS, TOPICS } from '@fleet-forensics/shared/topics';
import { WriterModule } from '@fleet-forensics/writer/writer.module';

/** All services of one process on the embedded log. */
export interface Recorder {
  /** Where ingest listens, e.g. `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly dataDir: string;
  /** Every ForensicLogFile lies below it. */
  readonly forensicRoot: string;
  /** Answers what is in flight, files what can be filed, and closes the log. */
  close(): Promise<void>;
}

export interface RecorderOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told what an operator must know. */
  readonly warn: (message: string) => void;
}

/**
 * Starts writer, buffer and ingest, in this order: nothing is accepted before it can be filed.
 * @throws ForensicsError FF_BAD_SETTING, FF_UNKNOWN_SETTING, FF_LOG_IN_USE and what the log and the listener throw
 */
export async function startRecorder({ environment, warn }: RecorderOptions): Promise<Recorder> {
  refuseUnknownSettings(SETTINGS, environment);
  const logSettings = readSettings(EmbeddedLogSettings, environment);
  const ingestSettings = readSettings(IngestSettings, environment);
  const policySettings = readSettings(PolicySettings, environment);
  const bufferSettings = readSettings(BufferSettings, environment);
  const writerSettings = readSettings(WriterSettings, environment);
  const { fetchRecords: maxBatchRecords, fetchBytes: maxBatchBytes } = readSettings(BusSettings, environment);

  const dataDir = resolve(logSettings.dataDir);
  const forensicRoot = resolve(writerSettings.root || join(dataDir, 'forensic'));
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const failed = (error: unknown) => warn(error instanceof Error ? error.message : String(error));
  const log = new EmbeddedLog({ dir: join(dataDir, 'log'), failed });
  const closers: (() => Promise<void>)[] = [() => log.close()];
  const close = async () => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  try {
    await log.ensureTopics(topicsOf(logSettings));
    const consumer = { bus: log, maxBatchRecords, maxBatchBytes, failed };
    const writerModule = WriterModule.register({
      bus: log,
      settings: writerSettings,
      root: forensicRoot,
      journal: join(dataDir, 'journal.sqlite'),
    });
    const writer = await startBusApp(writerModule, { ...consumer, group: 'forensic-writer' });
    closers.push(() => writer.close());
    const bufferModule = BufferModule.register({ bus: log, settings: bufferSettings });
    const buffer = await startBusApp(bufferModule, { ...consumer, group: 'forensic-buffer' });
    closers.push(() => buffer.close());
    const ingest = await startIngest({ bus: log, settings: ingestSettings, policySettings });
    closers.push(() => ingest.app.close());
    return { url: ingest.url, dataDir, forensicRoot, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The topics with the embedded log's bound on what session events may take. */
function topicsOf({ logBytes }: EmbeddedLogSettings): typeof TOPICS {
  return TOPICS.map((topic) =>
    topic.name === SESSION_EVENTS ? { ...topic, retentionBytes: Math.floor(logBytes / topic.partitions) } : topic,
  );
}
