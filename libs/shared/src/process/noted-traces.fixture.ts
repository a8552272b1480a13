import { ForensicsError } from '../error.ts';
import { formatTraceparent, parseTraceparent } from '../wire/traceparent.ts';
import type { OpenSpan, SpanStart, Traces } from './traces.ts';

const SPAN = 'b7ad6b7169203331';

/** Begins spans as OpenTelemetry would, each for another one, and notes what it was asked. */
export class NotedTraces implements Traces {
  readonly counts = {};
  readonly begun: SpanStart[] = [];
  /** The names of spans that ended, each with the code of its error if it failed. */
  readonly ended: string[] = [];

  begin(name: string, start: SpanStart): OpenSpan | undefined {
    this.begun.push(start);
    const { traceId, isSampled } = parseTraceparent(start.parent!)!;
    if (!isSampled) return undefined;
    return {
      traceparent: formatTraceparent({ traceId, spanId: start.id ?? SPAN, isSampled }),
      end: () => this.ended.push(name),
      fail: (error) => this.ended.push(`${name}: ${error instanceof ForensicsError ? error.code : String(error)}`),
    };
  }

  async close(): Promise<void> {}
}
