import type { OpenSpan, SpanStart, Traces } from '@fleet-forensics/shared/process/traces';
import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../session-event.ts';
import { TracedRequest } from './traced-request.ts';

const OWN = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const OF_REQUEST = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

const END: SessionEvent = { kind: 'end', node: 'n', session: 's', reason: 'quit' };
const CRITERION = {
  kind: 'criterion',
  node: 'n',
  session: 's',
  criterion: { name: 'FailedLogin', seq: 0, timeUs: 0, detail: '', requestedBy: '' },
} as const satisfies SessionEvent;

/** Notes what it was asked and told. */
class NotedTraces implements Traces {
  readonly counts = {};
  readonly begun: SpanStart[] = [];
  readonly told: unknown[] = [];

  begin(_name: string, start: SpanStart): OpenSpan {
    this.begun.push(start);
    return {
      traceparent: OF_REQUEST,
      end: (attributes) => this.told.push(attributes),
      fail: (error) => this.told.push(error),
    };
  }

  async close(): Promise<void> {}
}

describe('a request', () => {
  it('without a criterion is no span, whatever became of it', () => {
    const traces = new NotedTraces();
    const request = new TracedRequest(traces, '/v1/events', undefined);
    expect(request.stamped(END)).toBe(END);
    request.end();
    request.fail(new Error('x'));
    expect([traces.begun, traces.told]).toEqual([[], []]);
  });

  it('is one span for all its criteria, which say it', () => {
    const traces = new NotedTraces();
    const request = new TracedRequest(traces, '/v1/events', OWN);
    for (const event of [request.stamped(CRITERION), request.stamped(CRITERION)]) {
      expect(event).toEqual({ ...CRITERION, criterion: { ...CRITERION.criterion, traceparent: OF_REQUEST } });
    }
    request.end();
    expect(traces.begun).toMatchObject([{ kind: 'server', parent: OWN }]);
    expect(traces.told).toEqual([{ 'forensic.criteria': 2 }]);
  });

  it('leaves a criterion that an ingest before it traced in that trace', () => {
    const traces = new NotedTraces();
    const forwarded = { ...CRITERION, criterion: { ...CRITERION.criterion, traceparent: OWN } };
    expect(new TracedRequest(traces, '/v1/events', undefined).stamped(forwarded)).toBe(forwarded);
    expect(traces.begun).toEqual([]);
  });
});
