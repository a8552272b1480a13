import { type DynamicModule, Logger, Module } from '@nestjs/common';
import type { Bus } from '@fleet-forensics/shared/bus/port';
import type { BufferSettings } from '@fleet-forensics/shared/settings/buffer-settings';
import { SessionBuffer } from './session-buffer.ts';
import { SessionEventsController } from './session-events.controller.ts';

export interface BufferOptions {
  readonly bus: Bus;
  readonly settings: BufferSettings;
}

@Module({})
export class BufferModule {
  static register({ bus, settings }: BufferOptions): DynamicModule {
    const logger = new Logger('buffer');
    return {
      module: BufferModule,
      controllers: [SessionEventsController],
      providers: [
        {
          provide: SessionBuffer,
          useFactory: () =>
            new SessionBuffer({
              producer: bus.producer(),
              settings,
              warn: (message) => logger.warn(message),
              now: () => Date.now(),
            }),
        },
      ],
    };
  }
}
