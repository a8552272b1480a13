import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BufferModule } from '@fleet-forensics/buffer/buffer.module';
import { SessionBuffer } from '@fleet-forensics/buffer/session-buffer';
import { startBusApp } from '@fleet-forensics/shared/bus/bus-app';
import { EmbeddedLog } from '@fleet-forensics/shared/bus/embedded/embedded-log';
import { BufferSettings } from '@fleet-forensics/shared/settings/buffer-settings';
import { BusSettings } from '@fleet-forensics/shared/settings/bus-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { BUFFER_GROUP, SESSION_EVENTS, TOPICS } from '@fleet-forensics/shared/topics';
import { FLEET_ALIVE, LINES_ALIVE, packedRecords } from './fleet.ts';
import { keyed } from './keyed-records.ts';

/** A buffer that starts on an embedded log with a million lines of live sessions: lines per second until every ring is there. */
export async function restoreLines(): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-bench-'));
  try {
    await fill(dir);
    return await restore(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function fill(dir: string): Promise<void> {
  const log = new EmbeddedLog({ dir });
  await log.ensureTopics(TOPICS);
  const producer = log.producer();
  const records = keyed(packedRecords(FLEET_ALIVE, undefined, false).records);
  for (let start = 0; start < records.length; start += 500) {
    await producer.send(SESSION_EVENTS, records.slice(start, start + 500));
  }
  await log.close();
}

async function restore(dir: string): Promise<number> {
  const log = new EmbeddedLog({ dir });
  const { fetchRecords: maxBatchRecords, fetchBytes: maxBatchBytes } = readSettings(BusSettings, {});
  const failed = (error: unknown) => {
    throw error;
  };
  const start = performance.now();
  const module = BufferModule.register({ bus: log, settings: readSettings(BufferSettings, {}), warn: failed });
  const { app } = await startBusApp(module, { bus: log, group: BUFFER_GROUP, maxBatchRecords, maxBatchBytes, failed });
  const buffer = app.get(SessionBuffer);
  const folded = () => buffer.owners.reduce((sum, { fold }) => sum + fold.counters.messages, 0);
  while (folded() < LINES_ALIVE) await new Promise((resolve) => setImmediate(resolve));
  const seconds = (performance.now() - start) / 1000;
  await app.close();
  await log.close();
  return LINES_ALIVE / seconds;
}
