import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace, TraceFlags, type Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  type IdGenerator,
  ParentBasedSampler,
  RandomIdGenerator,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { ForensicsError } from '../error.ts';
import { formatTraceparent, parseTraceparent } from '../wire/traceparent.ts';
import type { Warn } from './log.ts';
import { SpanQueue } from './span-queue.ts';
import type { OpenSpan, SpanAttributes, SpanStart, Traces } from './traces.ts';

const KINDS = { server: SpanKind.SERVER, consumer: SpanKind.CONSUMER } as const;

/** An export that is not answered for so long counts as failed, milliseconds. */
const EXPORT_MS = 5000;
/** At the end the receiver has this long, milliseconds. */
const CLOSE_MS = 2000;

/** Spans to a receiver of OTLP over HTTP. */
export class OtlpTraces implements Traces {
  readonly #ids = new SpanIds();
  readonly #queue: SpanQueue;
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;

  constructor(service: string, url: string, warn: Warn) {
    this.#queue = new SpanQueue(new OTLPTraceExporter({ url, timeoutMillis: EXPORT_MS }), url, warn);
    this.#provider = new TracerProvider({
      idGenerator: this.#ids,
      resource: resourceFromAttributes({ 'service.name': `fleet-forensics-${service}` }),
      sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
      spanProcessors: [this.#queue],
    });
    this.#tracer = this.#provider.getTracer('fleet-forensics');
  }

  get counts(): Readonly<Record<string, number>> {
    return this.#queue.counts;
  }

  begin(name: string, { kind, parent, id, startMs, attributes = {} }: SpanStart): OpenSpan | undefined {
    const options = { kind: KINDS[kind], attributes, ...(startMs !== undefined && { startTime: startMs }) };
    const span = this.#ids.withSpanId(id, () => this.#tracer.startSpan(name, options, contextOf(parent)));
    return span.isRecording() ? new RecordedSpan(span) : undefined;
  }

  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_MS);
    });
    // What fails is counted and told where it is exported.
    await Promise.race([this.#provider.shutdown().catch(() => {}), late]);
    clearTimeout(timer);
  }
}

class RecordedSpan implements OpenSpan {
  readonly traceparent: string;
  readonly #span: Span;

  constructor(span: Span) {
    const { traceId, spanId } = span.spanContext();
    this.traceparent = formatTraceparent({ traceId, spanId, isSampled: true });
    this.#span = span;
  }

  end(attributes: SpanAttributes = {}): void {
    this.#span.setAttributes(attributes).end();
  }

  /** A code and no message: that may hold what somebody sent. */
  fail(error: unknown): void {
    const code = error instanceof ForensicsError ? error.code : 'error';
    this.#span.setAttribute('error.type', code).setStatus({ code: SpanStatusCode.ERROR }).end();
  }
}

/** By chance, but where an id is given. */
class SpanIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #next: string | undefined;

  withSpanId<T>(id: string | undefined, start: () => T): T {
    this.#next = id;
    try {
      return start();
    } finally {
      this.#next = undefined;
    }
  }

  generateTraceId(): string {
    return this.#random.generateTraceId();
  }

  generateSpanId(): string {
    return this.#next ?? this.#random.generateSpanId();
  }
}

function contextOf(parent: string | undefined) {
  const context = parent === undefined ? undefined : parseTraceparent(parent);
  if (!context) return ROOT_CONTEXT;
  const { traceId, spanId, isSampled } = context;
  const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}
