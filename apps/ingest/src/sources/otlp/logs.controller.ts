import { Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EventsGate } from '../http/events-gate.ts';
import { LOGS_PATH } from '../http/intake-paths.ts';
import { exportAnswer } from './export-answer.ts';
import { LogsIntake } from './logs-intake.ts';

/** OTLP/HTTP: https://opentelemetry.io/docs/specs/otlp/#otlphttp */
@Controller()
export class LogsController {
  readonly #gate: EventsGate;
  readonly #intake: LogsIntake;

  constructor(@Inject(EventsGate) gate: EventsGate, @Inject(LogsIntake) intake: LogsIntake) {
    this.#gate = gate;
    this.#intake = intake;
  }

  @Post(LOGS_PATH)
  @HttpCode(200)
  async export(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<Buffer> {
    const admitted = this.#gate.take(request);
    try {
      const body = (request.body as Buffer | null | undefined) ?? Buffer.alloc(0);
      const answer = exportAnswer(await this.#intake.take(body, admitted.type, admitted), admitted.type);
      void reply.type(answer.type);
      return answer.bytes;
    } finally {
      admitted.lease.release();
    }
  }
}
