import type { Assignment } from '@fleet-forensics/shared/bus/port';
import { describe, expect, it } from 'vitest';
import { decodePosition, encodePosition } from '@fleet-forensics/shared/wire/commit-position';
import { startPointOf } from './start-point.ts';

function assignment(fields: Partial<Assignment>): Assignment {
  return { topic: 't', partition: 0, epoch: 1, begin: 0, end: 100, committed: null, ...fields };
}

describe('a partition is folded', () => {
  it('from the beginning, live, if nothing is committed', () => {
    expect(startPointOf(assignment({ begin: 5 }))).toEqual({ start: 5, liveFrom: 5 });
  });

  it('from the watermark, silent up to the position', () => {
    expect(startPointOf(assignment({ committed: { offset: 10, metadata: encodePosition(40) } }))).toEqual({
      start: 10,
      liveFrom: 40,
    });
  });

  it('from the beginning, with a warning that counts what is lost, if retention has passed the watermark', () => {
    const start = startPointOf(assignment({ begin: 30, committed: { offset: 10, metadata: encodePosition(40) } }));
    expect(start).toEqual({ start: 30, liveFrom: 40, warning: expect.stringContaining('deleted 20 records') });
  });

  it('from the beginning, live, with a warning, if the log is not the one that the commit was made on', () => {
    const start = startPointOf(assignment({ end: 7, committed: { offset: 10, metadata: encodePosition(40) } }));
    expect(start).toEqual({ start: 0, liveFrom: 0, warning: expect.stringContaining('made anew') });
  });

  it('live from an offset that was set by hand', () => {
    expect(startPointOf(assignment({ committed: { offset: 10, metadata: '' } }))).toEqual({ start: 10, liveFrom: 10 });
  });
});

it.each(['', '{}', 'null', '{"v":2,"position":1}', '{"v":1,"position":1.5}', '[1]'])(
  'metadata %j is not a position',
  (metadata) => {
    expect(decodePosition(metadata)).toBeUndefined();
  },
);
