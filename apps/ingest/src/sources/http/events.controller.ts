import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { EventIntake } from './event-intake.ts';
import { EventsGate } from './events-gate.ts';
import { EVENTS_PATH } from './intake-paths.ts';
import type { Taken } from './item-intake.ts';

@Controller()
export class EventsController {
  readonly #gate: EventsGate;
  readonly #intake: EventIntake;

  constructor(@Inject(EventsGate) gate: EventsGate, @Inject(EventIntake) intake: EventIntake) {
    this.#gate = gate;
    this.#intake = intake;
  }

  @Post(EVENTS_PATH)
  @HttpCode(202)
  async publish(@Req() request: FastifyRequest): Promise<Taken> {
    const admitted = this.#gate.take(request);
    try {
      const body = (request.body as Buffer | null | undefined) ?? Buffer.alloc(0);
      return await this.#intake.take(body, admitted.type, admitted);
    } finally {
      admitted.lease.release();
    }
  }
}
