import { describe, expect, it } from 'vitest';
import type { TopicSpec } from '../port.ts';
import { openLog, readAll, records, scratchDir } from './scratch-log.fixture.ts';

const FIRST = { topic: 't', partition: 0 };
const SPEC: TopicSpec = { name: 't', partitions: 2, retentionMs: 0, retentionBytes: 0 };

describe('a topic', () => {
  it.each([
    { name: '' },
    { name: 'with space' },
    { name: 'a'.repeat(250) },
    { partitions: 0 },
    { partitions: 1.5 },
    { retentionMs: -1 },
    { retentionBytes: -1 },
  ])('is refused with %o', async (wrong) => {
    const log = openLog({ dir: scratchDir() });
    await expect(log.ensureTopics([{ ...SPEC, ...wrong }])).rejects.toMatchObject({ code: 'FF_BAD_TOPIC' });
  });

  it('is refused where the log has no number left for its partitions, along with those beside it', async () => {
    const log = openLog({ dir: scratchDir() });
    const created = log.ensureTopics([SPEC, { ...SPEC, name: 'wide', partitions: 1023 }]);
    await expect(created).rejects.toMatchObject({ code: 'FF_TOO_MANY_PARTITIONS' });
    await expect(log.offsets(FIRST)).rejects.toMatchObject({ code: 'FF_UNKNOWN_TOPIC' });
  });
});

describe('the clock', () => {
  it('may step back: record times stay where they were until it has caught up', async () => {
    let nowMs = 5000;
    const log = openLog({ dir: scratchDir(), now: () => nowMs });
    await log.ensureTopics([SPEC]);
    for (nowMs of [5000, 4000, 4500, 6000]) await log.producer().send('t', records(1));
    expect((await readAll(log, FIRST)).map(({ timeMs }) => timeMs)).toEqual([5000, 5000, 5000, 6000]);
  });
});
