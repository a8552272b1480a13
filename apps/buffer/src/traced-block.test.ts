import { NotedTraces } from '../../../libs/shared/src/process/noted-traces.fixture.ts';
import { parseTraceparent } from '@fleet-forensics/shared/wire/traceparent';
import { describe, expect, it } from 'vitest';
import { encodeBlock } from './fold/block.ts';
import { blocksOf, criterion, foldAll, Log, POLICY } from './fold/log.fixture.ts';
import { tracedBlock } from './traced-block.ts';

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

function blockOf(traceparent: string | undefined) {
  const log = new Log()
    .batch('s', { policy: POLICY, lines: ['USER alice'] })
    .batch('s', { criterion: criterion('FailedLogin', traceparent ? { traceparent } : {}) });
  return blocksOf(foldAll(log))[0]!;
}

describe('a traced block', () => {
  it('is the same, byte for byte, when it is published again after a crash: the writer knows it', () => {
    const published = () => encodeBlock(tracedBlock(blockOf(TRACEPARENT), new NotedTraces()).block);
    expect(published()).toEqual(published());
  });

  it('says the span that it was published in, a child of the one that its criterion came with', () => {
    const traces = new NotedTraces();
    const { header } = tracedBlock(blockOf(TRACEPARENT), traces).block;
    expect(traces.begun[0]!.parent).toBe(TRACEPARENT);
    expect(header.criterion.traceparent).toBe(TRACEPARENT);
    expect(parseTraceparent(header.traceparent!)).toMatchObject({ traceId: parseTraceparent(TRACEPARENT)!.traceId });
    expect(header.traceparent).not.toBe(TRACEPARENT);
  });

  it.each([
    ['nobody traces', undefined, TRACEPARENT],
    ['its criterion is not traced', new NotedTraces(), undefined],
    ['whoever began the trace does not want it', new NotedTraces(), TRACEPARENT.replace(/1$/, '0')],
  ])('is as the fold made it where %s', (_why, traces, traceparent) => {
    const block = blockOf(traceparent);
    expect(tracedBlock(block, traces)).toEqual({ block });
  });
});

it('the fold makes the same block of a criterion with a trace as of one without, and carries the trace', () => {
  const { header, ...rest } = blockOf(TRACEPARENT);
  const untraced = blockOf(undefined);
  expect(rest).toEqual({ id: untraced.id, messages: untraced.messages });
  expect(header).toEqual({ ...untraced.header, criterion: { ...untraced.header.criterion, traceparent: TRACEPARENT } });
});
