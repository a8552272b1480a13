import type { OpenSpan, Traces } from '@fleet-forensics/shared/process/traces';
import type { SessionEvent } from '../../session-event.ts';

/** A request as a span, which begins with the request and is there only if the request brings a criterion. */
export class TracedRequest {
  readonly #traces: Traces;
  readonly #path: string;
  readonly #parent: string | undefined;
  readonly #startMs = Date.now();
  #span: OpenSpan | undefined;
  #criteria = 0;

  /** @param parent of the request's headers, not checked: a wrong one counts as none */
  constructor(traces: Traces, path: string, parent: string | readonly string[] | undefined) {
    this.#traces = traces;
    this.#path = path;
    this.#parent = typeof parent === 'string' ? parent : undefined;
  }

  /** The event as it goes to the log: a criterion says the span that it came with, unless it has one from an ingest before. */
  stamped(event: SessionEvent): SessionEvent {
    if (event.kind !== 'criterion' || event.criterion.traceparent !== undefined) return event;
    if (this.#criteria === 0) this.#span = this.#begin();
    this.#criteria += 1;
    if (this.#span === undefined) return event;
    return { ...event, criterion: { ...event.criterion, traceparent: this.#span.traceparent } };
  }

  /** Its criteria are durable. */
  end(): void {
    this.#span?.end({ 'forensic.criteria': this.#criteria });
  }

  fail(error: unknown): void {
    this.#span?.fail(error);
  }

  #begin(): OpenSpan | undefined {
    return this.#traces.begin(`POST ${this.#path}`, {
      kind: 'server',
      parent: this.#parent,
      startMs: this.#startMs,
      attributes: { 'http.request.method': 'POST', 'http.route': this.#path },
    });
  }
}
