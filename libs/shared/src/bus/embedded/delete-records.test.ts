import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLog, readAll, records, scratchDir } from './scratch-log.fixture.ts';

const FIRST = { topic: 't', partition: 0 };
const SECOND = { topic: 't', partition: 1 };
const SPEC = { name: 't', partitions: 2, retentionMs: 0, retentionBytes: 0 };
const MIB = 1024 * 1024;

async function filledLog(count: number, bytes = 100, dir = scratchDir()) {
  const log = openLog({ dir, maxFileBytes: 8 * MIB });
  await log.ensureTopics([SPEC]);
  await log.producer().send('t', records(count, bytes));
  return log;
}

describe('records deleted below an offset', () => {
  it('are gone for good, however many, and nothing else is', async () => {
    const dir = scratchDir();
    const log = await filledLog(2000, 100, dir);
    await log.producer().send('t', [{ ...records(1)[0]!, partition: 1 }]);
    await log.deleteRecords(FIRST, 1990);
    expect(await log.offsets(FIRST)).toEqual({ begin: 1990, end: 2000 });
    await log.close();
    const reopened = openLog({ dir });
    expect((await readAll(reopened, FIRST)).map(({ offset }) => offset)).toEqual([
      1990, 1991, 1992, 1993, 1994, 1995, 1996, 1997, 1998, 1999,
    ]);
    expect(await reopened.offsets(SECOND)).toEqual({ begin: 0, end: 1 });
  });

  it('are those that there are: an offset that is gone, or still to come, is no mistake', async () => {
    const log = await filledLog(3);
    await log.deleteRecords(FIRST, 2);
    await log.deleteRecords(FIRST, 1);
    expect(await log.offsets(FIRST)).toEqual({ begin: 2, end: 3 });
    await log.deleteRecords(FIRST, 10);
    await log.producer().send('t', records(1));
    expect(await log.offsets(FIRST)).toEqual({ begin: 3, end: 4 });
  });

  it('make room in a log that is full', async () => {
    const log = await filledLog(60, MIB / 10);
    const send = () => log.producer().send('t', records(40, MIB / 10));
    await expect(send()).rejects.toMatchObject({ code: 'FF_LOG_UNAVAILABLE' });
    await log.deleteRecords(FIRST, 50);
    await send();
    expect(await log.offsets(FIRST)).toEqual({ begin: 50, end: 100 });
  });

  it('give their room back to the disk when the log is shrunk, and what is left stays', async () => {
    const dir = scratchDir();
    const log = await filledLog(60, MIB / 10, dir);
    await log.deleteRecords(FIRST, 59);
    log.shrink();
    expect(statSync(join(dir, 'log.sqlite')).size).toBeLessThan(MIB / 2);
    expect(statSync(join(dir, 'log.sqlite-wal')).size).toBe(0);
    expect(await readAll(log, FIRST)).toHaveLength(1);
    await log.producer().send('t', records(60, MIB / 10));
    expect(await log.offsets(FIRST)).toEqual({ begin: 59, end: 120 });
  });
});
