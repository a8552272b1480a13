import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { startBusApp, type BusApp } from '@fleet-forensics/shared/bus/bus-app';
import { EmbeddedLog } from '@fleet-forensics/shared/bus/embedded/embedded-log';
import { describeReadiness } from '@fleet-forensics/shared/process/readiness';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { WriterSettings } from '@fleet-forensics/shared/settings/writer-settings';
import { BLOCKS, TOPICS, WRITER_GROUP } from '@fleet-forensics/shared/topics';
import { encodeBlockPart } from '@fleet-forensics/shared/wire/codec';
import { FilingHealth } from '@fleet-forensics/writer/filing-health';
import { WriterCounters } from '@fleet-forensics/writer/writer-counters';
import { WriterModule } from '@fleet-forensics/writer/writer.module';
import { type ListedBlock, wholeBlock } from '../../apps/writer/src/block.fixture.ts';
import { textOf } from '../../apps/writer/src/writer-place.fixture.ts';

const PATIENCE = { timeout: 30_000, interval: 20 };

/** The writer as a service on an embedded log, over a directory that things happen to. */
export class WritingService {
  readonly base = mkdtempSync(join(tmpdir(), 'ff-fault-'));
  /** Made by the writer in a directory that a test may mount something on. */
  readonly mount = join(this.base, 'mount');
  readonly root = join(this.mount, 'root');
  readonly published: ListedBlock[] = [];
  readonly #log: EmbeddedLog;
  #app: BusApp | undefined;

  constructor() {
    mkdirSync(this.mount, { mode: 0o750 });
    this.#log = new EmbeddedLog({ dir: join(this.base, 'log') });
  }

  async start(environment: Record<string, string> = {}): Promise<void> {
    await this.#log.ensureTopics(TOPICS);
    const settings = readSettings(WriterSettings, environment);
    const place = { root: this.root, journal: join(this.base, 'journal.sqlite') };
    const module = WriterModule.register({ bus: this.#log, settings, ...place, warn: () => {} });
    const bounds = { maxBatchRecords: 50, maxBatchBytes: 1024 * 1024 };
    this.#app = await startBusApp(module, { bus: this.#log, group: WRITER_GROUP, ...bounds, failed: () => {} });
  }

  /** Publishes blocks for /d/forensic.log. */
  async publish(count: number): Promise<void> {
    const blocks = Array.from({ length: count }, (_, index) => wholeBlock(`${this.published.length + index}`, '/d/forensic.log'));
    this.published.push(...blocks);
    const records = blocks.map(({ blockId, header, messages }) => {
      return { key: Buffer.from(header.file), value: encodeBlockPart({ blockId, part: 0, parts: 1, header, messages }) };
    });
    await this.#log.producer().send(BLOCKS, records);
  }

  get readiness(): string {
    return describeReadiness(this.#app!.app.get(FilingHealth).readiness);
  }

  get counters(): WriterCounters {
    return this.#app!.app.get(WriterCounters);
  }

  /** Waits until the writer says why it can't file. */
  async untilWaiting(why: RegExp): Promise<void> {
    await vi.waitUntil(() => why.test(this.readiness), PATIENCE);
  }

  /** Waits until it goes on by itself and has filed all. */
  async untilFiled(): Promise<void> {
    await vi.waitUntil(() => this.readiness === 'ready' && this.counters.filed === this.published.length, PATIENCE);
  }

  /** What is in the file, and what should be there. */
  get contents(): { found: string; expected: string } {
    return { found: readFileSync(join(this.root, 'd/forensic.log'), 'utf8'), expected: textOf(...this.published) };
  }

  async close(): Promise<void> {
    await this.#app?.app.close();
    await this.#log.close();
    rmSync(this.base, { recursive: true });
  }
}
