import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach } from 'vitest';
import type { Bus, BusRecord, OutgoingRecord, PartitionId, TopicSpec } from '@fleet-forensics/shared/bus/port';
import { Witness } from './witness.ts';

/** What a driver gives the contract to test it: a log that one test has for itself, or shares under unique names. */
export interface BusHarness {
  readonly bus: Bus;
  /** Closes the bus and opens the same log again, as after a restart of the process. */
  reopen(): Promise<Bus>;
  close(): Promise<void>;
}

/** A harness on a driver that is opened, closed and opened again. @param closed what is left to do then */
export function reopenable(open: () => Bus, closed: () => Promise<void> | void): BusHarness {
  let bus = open();
  return {
    get bus() {
      return bus;
    },
    async reopen() {
      await bus.close();
      bus = open();
      return bus;
    },
    async close() {
      await bus.close();
      await closed();
    },
  };
}

export type MakeHarness = () => Promise<BusHarness>;

/** Gives each test of a `describe` a harness of its own. */
export function eachWithHarness(make: MakeHarness): () => BusHarness {
  let harness: BusHarness | undefined;
  beforeEach(async () => {
    harness = await make();
  });
  afterEach(async () => {
    await harness?.close();
    harness = undefined;
  });
  return () => {
    if (!harness) throw new Error('a harness is there only while a test runs');
    return harness;
  };
}

export function uniqueName(prefix: string): string {
  return `${prefix}-${randomUUID()}`;
}

/** Creates a topic that keeps everything, under a unique name. */
export async function createTopic(bus: Bus, partitions: number): Promise<string> {
  const spec: TopicSpec = { name: uniqueName('topic'), partitions, retentionMs: 0, retentionBytes: 0 };
  await bus.ensureTopics([spec]);
  return spec.name;
}

/** Records for one partition with the values `from` … `from + count - 1`, as text. */
export function numbered(count: number, partition: number, from = 0): OutgoingRecord[] {
  return Array.from({ length: count }, (_, i) => ({ key: null, value: Buffer.from(String(from + i)), partition }));
}

/** Everything that lies in the partition now, read by a group of its own. */
export async function readAll(bus: Bus, partition: PartitionId): Promise<readonly BusRecord[]> {
  const { begin, end } = await bus.offsets(partition);
  const reader = await Witness.join(bus, { group: uniqueName('reader'), topics: [partition.topic] });
  await reader.until(() => reader.of(partition).length >= end - begin);
  await reader.consumer.close();
  return reader.of(partition);
}

export function text(records: readonly BusRecord[]): string[] {
  return records.map(({ value }) => Buffer.from(value).toString());
}

export function offsets(records: readonly BusRecord[]): number[] {
  return records.map(({ offset }) => offset);
}
