import { type DynamicModule, Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Bus } from '@fleet-forensics/shared/bus/port';
import type { Warn } from '@fleet-forensics/shared/process/log';
import type { Traces } from '@fleet-forensics/shared/process/traces';
import type { BufferSettings } from '@fleet-forensics/shared/settings/buffer-settings';
import { SessionBuffer } from './session-buffer.ts';
import { SessionEventsController } from './session-events.controller.ts';

export interface BufferOptions {
  readonly bus: Bus;
  readonly settings: BufferSettings;
  readonly warn: Warn;
  /** Undefined: nothing is traced. */
  readonly traces?: Traces | undefined;
}

const TICK_MS = Symbol('milliseconds between ticks');

@Module({})
export class BufferModule implements OnModuleInit, OnApplicationShutdown {
  readonly #buffer: SessionBuffer;
  readonly #tickMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(@Inject(SessionBuffer) buffer: SessionBuffer, @Inject(TICK_MS) tickMs: number) {
    this.#buffer = buffer;
    this.#tickMs = tickMs;
  }

  static register({ bus, settings, warn, traces }: BufferOptions): DynamicModule {
    return {
      module: BufferModule,
      controllers: [SessionEventsController],
      providers: [
        { provide: TICK_MS, useValue: settings.tickMs },
        {
          provide: SessionBuffer,
          useFactory: () =>
            new SessionBuffer({
              producer: bus.producer(),
              settings,
              warn: (message, fields) => warn(`buffer: ${message}`, fields),
              traces,
              now: () => Date.now(),
            }),
        },
      ],
    };
  }

  onModuleInit(): void {
    this.#timer = setInterval(() => void this.#buffer.tick(), this.#tickMs);
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }
}
