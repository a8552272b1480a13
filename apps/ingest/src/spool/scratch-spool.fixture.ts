import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OutgoingRecord } from '@fleet-forensics/shared/bus/port';
import { onTestFinished } from 'vitest';
import { Counters } from '../counters.ts';
import type { FlakyKafka } from './flaky-kafka.fixture.ts';
import { SpooledProducer } from './spooled-producer.ts';

export const TOPIC = { name: 't', partitions: 3 };

export interface ScratchSpoolOptions {
  readonly kafka: FlakyKafka;
  readonly dir?: string;
  readonly maxBytes?: number;
  readonly warn?: (message: string) => void;
  readonly now?: () => number;
}

export interface ScratchSpool {
  readonly producer: SpooledProducer;
  readonly counters: Counters;
  readonly dir: string;
}

/** A directory of the running test. */
export function scratchDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'spool-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A producer of the running test with its spool, quick to try again. */
export async function openSpool(options: ScratchSpoolOptions): Promise<ScratchSpool> {
  const { kafka, dir = scratchDir(), maxBytes = 1024 * 1024, warn = () => {}, now = Date.now } = options;
  const counters = new Counters();
  const producer = await SpooledProducer.open({
    log: kafka.connect(),
    logName: 'Kafka',
    dir,
    maxBytes,
    topic: TOPIC,
    counters,
    warn,
    now,
    retryDelayMs: { first: 1, last: 2 },
  });
  onTestFinished(() => producer.close());
  return { producer, counters, dir };
}

export function recordOf(text: string, key = 'k'): OutgoingRecord {
  return { key: Buffer.from(key), value: Buffer.from(text) };
}

/** Values of what Kafka has of the topic, in its order. */
export function textsIn(kafka: FlakyKafka, topic = TOPIC.name): string[] {
  return kafka.records.filter((record) => record.topic === topic).map(({ value }) => Buffer.from(value).toString());
}
