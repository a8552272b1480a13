import { type DynamicModule, Module } from '@nestjs/common';
import type { Bus } from '@fleet-forensics/shared/bus/port';
import type { BufferSettings } from '@fleet-forensics/shared/settings/buffer-settings';
import { SessionBuffer } from './session-buffer.ts';
import { SessionEventsController } from './session-events.controller.ts';

export interface BufferOptions {
  readonly bus: Bus;
  readonly settings: BufferSettings;
  /** Told what an operator must know. */
  readonly warn: (message: string) => void;
}

@Module({})
export class BufferModule {
  static register({ bus, settings, warn }: BufferOptions): DynamicModule {
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
              warn: (message) => warn(`buffer: ${message}`),
              now: () => Date.now(),
            }),
        },
      ],
    };
  }
}
