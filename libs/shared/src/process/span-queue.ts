import { BatchSpanProcessor, type ReadableSpan, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace';
import { messageOf } from '../error.ts';
import type { Warn } from './log.ts';
import { RareWarning } from './rare-warning.ts';

/** Spans that wait to be exported; further ones are dropped and counted. */
export const MAX_WAITING_SPANS = 2048;
type ExportResult = Parameters<Parameters<SpanExporter['export']>[1]>[0];

/** ExportResultCode.SUCCESS of @opentelemetry/core, which is no dependency of ours. */
const EXPORTED: ExportResult['code'] = 0;

const BATCH_SPANS = 256;
/** A span waits so long for others, milliseconds. */
const GATHER_MS = 1000;

/** Ended spans on their way to their receiver. What does not get there is counted, and told now and then. */
export class SpanQueue implements SpanProcessor {
  readonly #batches: BatchSpanProcessor;
  readonly #exporter: SpanExporter;
  readonly #url: string;
  readonly #warning: RareWarning;
  readonly #counts = { spansExported: 0, spansFailed: 0, spansDropped: 0 };
  #waiting = 0;

  /** @param exporter gives up by itself */
  constructor(exporter: SpanExporter, url: string, warn: Warn) {
    this.#exporter = exporter;
    this.#url = url;
    this.#warning = new RareWarning(warn, () => performance.now());
    this.#batches = new BatchSpanProcessor({
      exporter: {
        export: (spans, result) => this.#export(spans, result),
        forceFlush: async () => exporter.forceFlush?.(),
        shutdown: () => exporter.shutdown(),
      },
      maxQueueSize: MAX_WAITING_SPANS,
      maxExportBatchSize: BATCH_SPANS,
      scheduledDelayMillis: GATHER_MS,
    });
  }

  get counts(): Readonly<Record<string, number>> {
    return { ...this.#counts };
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if (this.#waiting >= MAX_WAITING_SPANS) {
      this.#counts.spansDropped += 1;
      this.#warning.tell(`spans are dropped: ${this.#url} (FF_TRACE_URL) takes fewer than there are`);
      return;
    }
    this.#waiting += 1;
    this.#batches.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.#batches.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#batches.shutdown();
  }

  #export(spans: ReadableSpan[], result: (outcome: ExportResult) => void): void {
    this.#waiting -= spans.length;
    this.#exporter.export(spans, (outcome) => {
      if (outcome.code === EXPORTED) this.#counts.spansExported += spans.length;
      else {
        this.#counts.spansFailed += spans.length;
        this.#warning.tell(`${spans.length} spans are lost: ${this.#url} (FF_TRACE_URL): ${messageOf(outcome.error)}`);
      }
      result(outcome);
    });
  }
}
