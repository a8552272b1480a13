import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Batch, Consumer } from '@fleet-forensics/shared/bus/port';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { WriterSettings } from '@fleet-forensics/shared/settings/writer-settings';
import { BlockAssembly } from '@fleet-forensics/writer/block-assembly';
import { blockFiling } from '@fleet-forensics/writer/block-filing';
import { BlocksConsumer } from '@fleet-forensics/writer/blocks-consumer';
import { NODE_FILE_CALLS } from '@fleet-forensics/writer/file-calls';
import { FilingHealth } from '@fleet-forensics/writer/filing-health';
import { Journal } from '@fleet-forensics/writer/journal';
import { PartStore } from '@fleet-forensics/writer/part-store';
import { WriterCounters } from '@fleet-forensics/writer/writer-counters';

export interface FilingFigures {
  readonly seconds: number;
  readonly blocks: number;
  readonly bytes: number;
  /** Bytes of each transaction's write. */
  readonly writes: readonly number[];
}

const CONSUMER: Consumer = {
  seek: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
  heartbeat: async () => undefined,
  close: async () => undefined,
  commit: async () => undefined,
};

/**
 * Files batches as the service does, on a log that is always there, and measures it.
 * @param directory on the disk to measure
 * @param partitions the batches of each: partitions are consumed side by side
 */
export async function fileBatches(directory: string, partitions: readonly (readonly Batch[])[]): Promise<FilingFigures> {
  const base = mkdtempSync(join(directory, 'ff-bench-'));
  const journal = new Journal(join(base, 'journal'));
  const parts = new PartStore(base);
  const counters = new WriterCounters();
  const writes: number[] = [];
  const calls = {
    ...NODE_FILE_CALLS,
    write: (fd: number, buffers: readonly Uint8Array[]) => {
      const bytes = NODE_FILE_CALLS.write(fd, buffers);
      writes.push(bytes);
      return bytes;
    },
  };
  const settings = readSettings(WriterSettings, {});
  const warn = (message: string) => process.stderr.write(`${message}\n`);
  const nowUs = () => Date.now() * 1000;
  const { writer } = blockFiling({ root: join(base, 'root'), journal, calls, settings, counters, warn, nowUs });
  const blocks = new BlocksConsumer({
    assembly: new BlockAssembly(settings.pendingBytes, journal, parts),
    writer,
    producer: { send: async () => undefined },
    health: new FilingHealth(),
    counters,
    sliceBytes: settings.memoryBytes / 4,
    warn,
  });
  const start = performance.now();
  await Promise.all(
    partitions.map(async (batches) => {
      for (const batch of batches) await blocks.take(batch, CONSUMER);
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  journal.close();
  parts.close();
  rmSync(base, { recursive: true });
  return { seconds, blocks: counters.filed, bytes: counters.filedBytes, writes };
}
