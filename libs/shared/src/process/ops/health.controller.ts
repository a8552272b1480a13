import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { BUILD_INFO, SERVICE_STATE } from './ops-tokens.ts';
import type { BuildInfo } from './build-info.ts';
import type { ServiceState } from './service-state.ts';

/** Seconds after which it is worth asking again. */
const RETRY_AFTER_S = '2';

/** What supervisors and balancers ask. Texts in `why` may hold anything: paths, what a library said. They are JSON strings. */
@Controller()
export class HealthController {
  readonly #state: ServiceState;
  readonly #build: BuildInfo;

  constructor(@Inject(SERVICE_STATE) state: ServiceState, @Inject(BUILD_INFO) build: BuildInfo) {
    this.#state = state;
    this.#build = build;
  }

  /** 200 while a restart would mend nothing: that it is answered shows that the event loop turns. */
  @Get('livez')
  live(@Res({ passthrough: true }) reply: FastifyReply): { alive: boolean; why: readonly string[] } {
    const { stuck } = this.#state;
    answerAs(reply, stuck.length === 0);
    return { alive: stuck.length === 0, why: stuck };
  }

  @Get('readyz')
  ready(@Res({ passthrough: true }) reply: FastifyReply): { ready: boolean; why: readonly string[] } {
    const { isReady, why } = this.#state.readiness;
    answerAs(reply, isReady);
    return { ready: isReady, why };
  }

  @Get('version')
  version(): BuildInfo {
    return this.#build;
  }
}

function answerAs(reply: FastifyReply, isWell: boolean): void {
  void reply.status(isWell ? 200 : 503).header('cache-control', 'no-store');
  if (!isWell) void reply.header('retry-after', RETRY_AFTER_S);
}
