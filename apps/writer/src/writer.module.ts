import { dirname } from 'node:path';
import { type DynamicModule, Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Bus } from '@fleet-forensics/shared/bus/port';
import type { WriterSettings } from '@fleet-forensics/shared/settings/writer-settings';
import { BlockAssembly } from './block-assembly.ts';
import { blockFiling, type BlockFiling } from './block-filing.ts';
import { BlocksConsumer } from './blocks-consumer.ts';
import { BlocksController } from './blocks.controller.ts';
import { NODE_FILE_CALLS } from './file-calls.ts';
import { FilingHealth } from './filing-health.ts';
import type { Signing } from './head-signatures.ts';
import { Journal } from './journal.ts';
import { RootHealth } from './root-health.ts';
import { PartStore } from './part-store.ts';
import { WriterCounters } from './writer-counters.ts';

export interface WriterOptions {
  readonly bus: Bus;
  readonly settings: WriterSettings;
  /** Absolute; its parent directory is there. */
  readonly root: string;
  /**
   * Path of the journal's database, its directory there, on a local disk and not below the root. A root has one journal: a second
   * one would take the first one's blocks for torn writes.
   */
  readonly journal: string;
  /** Undefined: nothing is signed. */
  readonly signing?: Signing | undefined;
  /** Told what an operator must know. */
  readonly warn: (message: string) => void;
}

const nowUs = (): number => Date.now() * 1000;

/** Rotated files grow old without traffic. */
const TIDY_EVERY_MS = 3_600_000;

/** The injected parts of a writer, with the name of Nest's token for those that are no class. */
const FILING = 'filing';

@Module({})
export class WriterModule implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #journal: Journal;
  readonly #parts: PartStore;
  readonly #filing: BlockFiling;
  #tidying: NodeJS.Timeout | undefined;

  constructor(@Inject(Journal) journal: Journal, @Inject(PartStore) parts: PartStore, @Inject(FILING) filing: BlockFiling) {
    this.#journal = journal;
    this.#parts = parts;
    this.#filing = filing;
  }

  static register({ bus, settings, root, journal: path, signing, warn: tell }: WriterOptions): DynamicModule {
    const warn = (message: string): void => tell(`writer: ${message}`);
    return {
      module: WriterModule,
      controllers: [BlocksController],
      providers: [
        WriterCounters,
        FilingHealth,
        {
          provide: RootHealth,
          useFactory: () => new RootHealth({ root, headroomBytes: settings.headroomBytes, nowMs: () => performance.now() }),
        },
        { provide: Journal, useFactory: () => new Journal(path) },
        { provide: PartStore, useFactory: () => new PartStore(dirname(path)) },
        {
          provide: FILING,
          inject: [Journal, WriterCounters],
          useFactory: (journal: Journal, counters: WriterCounters) =>
            blockFiling({ root, journal, calls: NODE_FILE_CALLS, settings, signing, counters, warn, nowUs }),
        },
        {
          provide: BlocksConsumer,
          inject: [FILING, Journal, PartStore, FilingHealth, WriterCounters],
          useFactory: (
            { writer }: BlockFiling,
            journal: Journal,
            parts: PartStore,
            health: FilingHealth,
            counters: WriterCounters,
          ) => {
            const assembly = new BlockAssembly(settings.pendingBytes, journal, parts);
            const sliceBytes = settings.memoryBytes / 4;
            return new BlocksConsumer({ assembly, writer, producer: bus.producer(), health, counters, sliceBytes, warn });
          },
        },
      ],
      exports: [WriterCounters, FilingHealth, RootHealth],
    };
  }

  onApplicationBootstrap(): void {
    void this.#filing.rotatedFiles.tidy();
    this.#tidying = setInterval(() => void this.#filing.rotatedFiles.tidy(), TIDY_EVERY_MS);
    this.#tidying.unref();
  }

  /** After the transports are closed: no batch is running any more. */
  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#tidying);
    await this.#filing.rotatedFiles.close();
    await this.#filing.signatures?.close();
    this.#parts.close();
    this.#journal.close();
  }
}
