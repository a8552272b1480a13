import { type DynamicModule, Module } from '@nestjs/common';
import { Registry } from 'prom-client';
import type { BuildInfo } from './build-info.ts';
import { HealthController } from './health.controller.ts';
import { MetricsController } from './metrics.controller.ts';
import { BUILD_INFO, SERVICE_STATE } from './ops-tokens.ts';
import type { ServiceState } from './service-state.ts';

export interface OpsOptions {
  readonly state: ServiceState;
  readonly build: BuildInfo;
  readonly registry: Registry;
}

/** /livez, /readyz, /version and /metrics of a service. */
@Module({})
export class OpsModule {
  static register({ state, build, registry }: OpsOptions): DynamicModule {
    return {
      module: OpsModule,
      controllers: [HealthController, MetricsController],
      providers: [
        { provide: SERVICE_STATE, useValue: state },
        { provide: BUILD_INFO, useValue: build },
        { provide: Registry, useValue: registry },
      ],
    };
  }
}
