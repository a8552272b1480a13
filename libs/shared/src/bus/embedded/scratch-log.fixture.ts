import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { BusRecord, OutgoingRecord, PartitionId } from '../port.ts';
import type { EmbeddedLogOptions } from './embedded-log-options.ts';
import { EmbeddedLog } from './embedded-log.ts';

/** A directory of the running test. */
export function scratchDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'embedded-log-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A log of the running test, quick to try again. */
export function openLog(options: EmbeddedLogOptions): EmbeddedLog {
  const log = new EmbeddedLog({ retryDelayMs: { first: 1, last: 4 }, ...options });
  onTestFinished(() => log.close());
  return log;
}

/** Records of `bytes` each for partition 0. */
export function records(count: number, bytes = 100): OutgoingRecord[] {
  return Array.from({ length: count }, () => ({ key: null, value: new Uint8Array(bytes), partition: 0 }));
}

/** Everything that lies in the partition now. */
export async function readAll(log: EmbeddedLog, { topic, partition }: PartitionId): Promise<BusRecord[]> {
  const { begin, end } = await log.offsets({ topic, partition });
  const found: BusRecord[] = [];
  if (begin === end) return found;
  const done = Promise.withResolvers<void>();
  const options = { group: `reader of ${topic}/${partition}`, topics: [topic], maxBatchRecords: 1000, maxBatchBytes: 1 << 24 };
  const consumer = await log.consume(options, {
    assigned: async () => {},
    batch: async (batch) => {
      if (batch.partition === partition) found.push(...batch.records);
      if (found.at(-1)?.offset === end - 1) done.resolve();
    },
    revoked: async () => {},
    failed: done.reject,
  });
  await done.promise;
  await consumer.close();
  return found;
}
