import { type ArgumentsHost, type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { Bus } from '@fleet-forensics/shared/bus/port';
import type { IngestSettings } from '@fleet-forensics/shared/settings/ingest-settings';
import type { DetectionSettings } from '@fleet-forensics/shared/settings/detection-settings';
import { AccessSettings } from '@fleet-forensics/shared/settings/access-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Access, ANYBODY } from './access/access.ts';
import { ClientRates } from './access/client-rates.ts';
import { Counters } from './counters.ts';
import { DetectionRules } from './detection/detection-rules.ts';
import { readRules } from './detection/rule-file.ts';
import { Packer } from './packer/packer.ts';
import { Publisher } from './packer/publisher.ts';
import { CriterionNames } from './policy/criterion-names.ts';
import type { PolicySource } from './policy/policy-source.ts';
import { Admission } from './sources/http/admission.ts';
import { EventIntake } from './sources/http/event-intake.ts';
import { EventsController } from './sources/http/events.controller.ts';
import { EventsGate } from './sources/http/events-gate.ts';
import { answerError } from './sources/http/http-errors.ts';
import { LogsController } from './sources/otlp/logs.controller.ts';
import { LogsIntake } from './sources/otlp/logs-intake.ts';
import { OpenSources } from './sources/open-sources.ts';

export interface IngestOptions {
  /** The log, with its topics; whoever opened it closes it after the app. */
  readonly bus: Pick<Bus, 'producer'>;
  readonly settings: IngestSettings;
  readonly policies: PolicySource;
  /** Rules for lines that name no criterion; without it there are none. */
  readonly detection?: DetectionSettings;
  /** Who may publish over HTTP; without it anybody, and ingest listens on this host only. Closed with the app. */
  readonly access?: Access;
  /** How many connections, and how fast each may publish; without it as the settings are by default. */
  readonly limits?: AccessSettings;
  /** Name of this host. */
  readonly node: string;
  /** Those of the app, if the bus counts in them too. */
  readonly counters?: Counters;
  /** Told what an operator must know. */
  readonly warn: (message: string) => void;
}

const ACCESS = Symbol('access');

const CLOCK = (): number => performance.now();

@Module({})
export class IngestModule implements OnApplicationShutdown {
  readonly #publisher: Publisher;
  readonly #access: Access;

  constructor(@Inject(Publisher) publisher: Publisher, @Inject(ACCESS) access: Access) {
    this.#publisher = publisher;
    this.#access = access;
  }

  /** @throws ForensicsError FF_BAD_RULES */
  static register(options: IngestOptions): DynamicModule {
    const { bus, settings, policies, detection, node, counters = new Counters(), warn } = options;
    const { access = ANYBODY, limits = readSettings(AccessSettings, {}) } = options;
    const criteria = new CriterionNames(policies.criteria);
    const rules = new DetectionRules(readRules(detection?.rulesFile ?? '', criteria));
    return {
      module: IngestModule,
      controllers: [EventsController, LogsController],
      providers: [
        { provide: Counters, useValue: counters },
        { provide: ACCESS, useValue: access },
        {
          provide: Publisher,
          useFactory: () => new Publisher(new Packer(settings, policies, counters, CLOCK), bus.producer(), counters, CLOCK),
        },
        {
          provide: EventIntake,
          inject: [Publisher],
          useFactory: (publisher: Publisher) => new EventIntake(settings, criteria, publisher, counters),
        },
        {
          provide: LogsIntake,
          inject: [Publisher],
          useFactory: (publisher: Publisher) => new LogsIntake({ settings, criteria, rules, publisher, counters }),
        },
        {
          provide: EventsGate,
          useFactory: () =>
            new EventsGate({
              access,
              admission: new Admission(settings.inflightBytes),
              rates: new ClientRates(limits.eventsPerS, CLOCK),
              maxBodyBytes: settings.bodyBytes,
              counters,
            }),
        },
        {
          provide: OpenSources,
          inject: [Publisher],
          useFactory: (publisher: Publisher) => new OpenSources({ node, settings, criteria, rules, publisher, counters, warn }),
        },
        {
          provide: APP_FILTER,
          useFactory: () => ({ catch: (error: unknown, host: ArgumentsHost) => tellError(error, host, warn) }),
        },
      ],
    };
  }

  /** Every request is answered by now, or its client is gone: what is still open goes to the log. */
  async onApplicationShutdown(): Promise<void> {
    this.#access.close();
    await this.#publisher.close();
  }
}

function tellError(error: unknown, host: ArgumentsHost, warn: IngestOptions['warn']): void {
  const http = host.switchToHttp();
  const { status } = answerError(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  if (status === 503) warn(`ingest: ${String(error)}`);
  else if (status >= 500) warn(`ingest: ${error instanceof Error ? error.stack : String(error)}`);
}
