import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Bus } from '@fleet-forensics/shared/bus/port';
import type { WriterSettings } from '@fleet-forensics/shared/settings/writer-settings';
import { BlockAssembly } from './block-assembly.ts';
import { BlockWriter } from './block-writer.ts';
import { BlocksConsumer } from './blocks-consumer.ts';
import { BlocksController } from './blocks.controller.ts';
import { NODE_FILE_CALLS } from './file-calls.ts';
import { Journal } from './journal.ts';
import { WriterCounters } from './writer-counters.ts';

export interface WriterOptions {
  readonly bus: Bus;
  readonly settings: Pick<WriterSettings, 'pendingBytes'>;
  /** Absolute; its parent directory is there. */
  readonly root: string;
  /**
   * Path of the journal's database, its directory there, on a local disk and not below the root. A root has one journal: a second
   * one would take the first one's blocks for torn writes.
   */
  readonly journal: string;
  /** Told what an operator must know. */
  readonly warn: (message: string) => void;
}

const nowUs = (): number => Date.now() * 1000;

@Module({})
export class WriterModule implements OnApplicationShutdown {
  readonly #journal: Journal;

  constructor(@Inject(Journal) journal: Journal) {
    this.#journal = journal;
  }

  static register({ bus, settings, root, journal: path, warn: tell }: WriterOptions): DynamicModule {
    const warn = (message: string): void => tell(`writer: ${message}`);
    return {
      module: WriterModule,
      controllers: [BlocksController],
      providers: [
        WriterCounters,
        { provide: Journal, useFactory: () => new Journal(path) },
        {
          provide: BlocksConsumer,
          inject: [Journal, WriterCounters],
          useFactory: (journal: Journal, counters: WriterCounters) => {
            const writer = new BlockWriter({ root, journal, calls: NODE_FILE_CALLS, counters, warn, nowUs });
            const assembly = new BlockAssembly(settings.pendingBytes, (blockId) => journal.filing(blockId));
            return new BlocksConsumer({ assembly, writer, producer: bus.producer(), counters, warn });
          },
        },
      ],
      exports: [WriterCounters],
    };
  }

  /** After the transports are closed: no batch is running any more. */
  onApplicationShutdown(): void {
    this.#journal.close();
  }
}
