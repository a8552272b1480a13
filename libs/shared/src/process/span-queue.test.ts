import { RandomIdGenerator, type ReadableSpan, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { describe, expect, it } from 'vitest';
import { MAX_WAITING_SPANS, SpanQueue } from './span-queue.ts';

/** Takes spans and answers when it is told to. */
class SlowExporter implements SpanExporter {
  taken = 0;
  readonly #answers: (() => void)[] = [];
  isOpen = false;

  export(spans: ReadableSpan[], result: Parameters<SpanExporter['export']>[1]): void {
    this.taken += spans.length;
    const answer = () => result({ code: 0 });
    if (this.isOpen) answer();
    else this.#answers.push(answer);
  }

  open(): void {
    this.isOpen = true;
    for (const answer of this.#answers.splice(0)) answer();
  }

  async shutdown(): Promise<void> {}
}

function endSpans(queue: SpanQueue, count: number): void {
  const tracer = new TracerProvider({ idGenerator: new RandomIdGenerator(), spanProcessors: [queue] }).getTracer('test');
  for (let span = 0; span < count; span += 1) tracer.startSpan('span').end();
}

describe('spans that their receiver takes too slowly', () => {
  it('wait up to a bound; beyond it they are dropped, counted, and told once', async () => {
    const exporter = new SlowExporter();
    const warnings: string[] = [];
    const queue = new SpanQueue(exporter, 'http://collector/v1/traces', (warning) => warnings.push(warning));
    endSpans(queue, 3 * MAX_WAITING_SPANS);
    const { spansDropped = 0 } = queue.counts;
    expect(exporter.taken + MAX_WAITING_SPANS + spansDropped).toBe(3 * MAX_WAITING_SPANS);
    expect(exporter.taken).toBeLessThan(MAX_WAITING_SPANS);
    expect(warnings).toEqual(['spans are dropped: http://collector/v1/traces (FF_TRACE_URL) takes fewer than there are']);

    exporter.open();
    await queue.shutdown();
    expect(queue.counts).toEqual({ spansExported: 3 * MAX_WAITING_SPANS - spansDropped, spansFailed: 0, spansDropped });
  });
});
