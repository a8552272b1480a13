import type { OutgoingRecord } from '@fleet-forensics/shared/bus/port';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { AccessSettings } from '@fleet-forensics/shared/settings/access-settings';
import { DetectionSettings } from '@fleet-forensics/shared/settings/detection-settings';
import { IngestSettings, PolicySettings } from '@fleet-forensics/shared/settings/ingest-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { decodeSessionRecord } from '@fleet-forensics/shared/wire/codec';
import type { SessionBatch } from '@fleet-forensics/shared/wire/session-event';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Access } from '../../access/access.ts';
import { configuredAccess } from '../../access/configured-access.ts';
import { Counters } from '../../counters.ts';
import { startIngest } from '../../ingest-app.ts';
import { configuredSources } from '../configured-sources.ts';
import { linesOf } from '../../packer/packing.fixture.ts';
import { policyOfSettings } from '../../policy/policy-of-settings.ts';
import { ConstantPolicy } from '../../policy/policy-source.ts';
import { EventsGate } from './events-gate.ts';

/** A log in memory. */
export class MemoryLog {
  readonly records: OutgoingRecord[] = [];
  /** Thrown by every send while it is set. */
  failure: Error | null = null;
  /** Sends that are not durable yet. */
  waiting = 0;
  #held: Promise<void> | null = null;
  #release: (() => void) | null = null;

  /** Sends are not durable until {@link release}. */
  hold(): void {
    if (this.#held) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = promise;
    this.#release = resolve;
  }

  release(): void {
    this.#held = null;
    this.#release?.();
  }

  producer() {
    return {
      send: async (_topic: string, records: readonly OutgoingRecord[]): Promise<void> => {
        this.waiting += 1;
        await this.#held;
        this.waiting -= 1;
        if (this.failure) throw this.failure;
        this.records.push(...records);
      },
    };
  }

  get batches(): SessionBatch[] {
    return this.records.map(({ value }) => {
      const record = decodeSessionRecord(value);
      if (record.kind !== 'batch') throw new Error('a tick');
      return record.batch;
    });
  }

  /** Every message on the log. */
  get lines(): string[] {
    return this.batches.flatMap(({ messages }) => linesOf(messages));
  }
}

export const UNAVAILABLE = new ForensicsError('FF_LOG_UNAVAILABLE', 'no space left in /secret/place');

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly contentType: string | null;
  readonly body: {
    readonly accepted?: number;
    readonly rejected?: readonly { readonly line: number; readonly code: string; readonly error: string }[];
    readonly rejectedCount?: number;
    readonly type?: string;
    readonly title?: string;
    readonly status?: number;
    readonly detail?: string;
    readonly code?: string;
  };
}

/** ingest on a port of its own, over a log in memory, with the sources that the environment switches on. */
export class RunningIngest {
  readonly log: MemoryLog;
  readonly url: string;
  readonly counters: Counters;
  readonly access: Access;
  readonly gate: EventsGate;
  /** What an operator was told. */
  readonly warnings: readonly string[];
  readonly #close: () => Promise<void>;
  #stopping: Promise<void> | undefined;

  private constructor(
    log: MemoryLog,
    url: string,
    app: NestFastifyApplication,
    { access, warnings }: { access: Access; warnings: readonly string[] },
  ) {
    this.log = log;
    this.access = access;
    this.url = url;
    this.counters = app.get(Counters);
    this.gate = app.get(EventsGate);
    this.warnings = warnings;
    this.#close = () => app.close();
  }

  static async start(environment: Record<string, string> = {}): Promise<RunningIngest> {
    const log = new MemoryLog();
    const warnings: string[] = [];
    const counters = new Counters();
    const warn = (warning: string) => warnings.push(warning);
    const access = configuredAccess(environment, { counters, warn });
    const options = {
      node: 'ftp-1',
      bus: log,
      settings: readSettings(IngestSettings, { FF_INGEST_PORT: '0', ...environment }),
      policies: new ConstantPolicy(policyOfSettings(readSettings(PolicySettings, environment))),
      detection: readSettings(DetectionSettings, environment),
      access,
      limits: readSettings(AccessSettings, environment),
      counters,
      warn,
    };
    const { app, url } = await startIngest(options, configuredSources(environment));
    return new RunningIngest(log, url, app, { access, warnings });
  }

  async post(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<Answer> {
    return this.fetch('/v1/events', { method: 'POST', body, headers: { 'content-type': 'application/x-ndjson', ...headers } });
  }

  async fetch(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(this.url + path, init);
    const { status, headers } = response;
    return { status, headers, contentType: headers.get('content-type'), body: (await response.json()) as Answer['body'] };
  }

  /** Closes the app; requests that the log holds back keep it open. */
  stop(): Promise<void> {
    return (this.#stopping ??= this.#close());
  }

  async close(): Promise<void> {
    this.log.release();
    await this.stop();
  }
}

export function line(text: string, more: object = {}): string {
  return JSON.stringify({ node: 'n', session: 's', type: 'TraceLog', level: 7, message: text, ...more });
}

export function criterionLine(session = 's'): string {
  return JSON.stringify({ node: 'n', session, criterion: 'FailedLogin' });
}
