import { describe, expect, it } from 'vitest';
import { SpoolFlow } from './spool-flow.ts';

describe('the way of a record', () => {
  it('leads to Kafka until something is spooled, and again when all of it is forwarded', () => {
    const flow = new SpoolFlow(0);
    expect(flow.mode).toBe('direct');
    flow.spooled(3);
    expect(flow.mode).toBe('spooling');
    flow.forwarded(2);
    expect(flow.mode).toBe('draining');
    flow.spooled(1);
    expect(flow.mode).toBe('draining');
    flow.forwarded(2);
    expect([flow.mode, flow.depth]).toEqual(['direct', 0]);
  });

  it('leads to the spool first where a process finds records of an earlier one', () => {
    const flow = new SpoolFlow(1);
    expect(flow.mode).toBe('spooling');
    flow.forwarded(1);
    expect(flow.mode).toBe('direct');
  });

  it('says that Kafka is away again when it goes away while the spool is drained', () => {
    const flow = new SpoolFlow(2);
    flow.forwarded(1);
    flow.notForwarded();
    expect(flow.mode).toBe('spooling');
  });

  it('leads to Kafka if the spool takes nothing: one of them may have come back', () => {
    const flow = new SpoolFlow(0);
    flow.spooled(5);
    flow.refused(5);
    expect(flow.mode).toBe('direct');
  });

  it('leads to the spool while anything is on its way into it, though what lay there before is forwarded', () => {
    const flow = new SpoolFlow(1);
    flow.spooled(1);
    flow.forwarded(1);
    expect(flow.mode).toBe('draining');
  });
});
