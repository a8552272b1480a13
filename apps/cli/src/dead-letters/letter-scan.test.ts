import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedLog } from '@fleet-forensics/shared/bus/embedded/embedded-log';
import type { OffsetRange } from '@fleet-forensics/shared/bus/port';
import { DEAD_LETTERS } from '@fleet-forensics/shared/topics';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scanLetters } from './letter-scan.ts';

let dir: string;
let log: EmbeddedLog;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'letter-scan-'));
  log = new EmbeddedLog({ dir });
});
afterEach(async () => {
  await log.close();
  rmSync(dir, { recursive: true });
});

async function append(count: number, partitions = 1): Promise<void> {
  await log.ensureTopics([{ name: DEAD_LETTERS, partitions, retentionMs: 0, retentionBytes: 0 }]);
  const records = Array.from({ length: count }, () => ({ key: null, value: Buffer.from('x'), partition: 0 }));
  await log.producer().send(DEAD_LETTERS, records);
}

async function scanned(select: (kept: OffsetRange) => OffsetRange): Promise<number[]> {
  const offsets: number[] = [];
  await scanLetters(log, select, (letters) => {
    for (const { record } of letters) offsets.push(record.offset);
  });
  return offsets;
}

describe('a scan of the dead letters', () => {
  it('ends at the end as it was, however many letters come meanwhile', async () => {
    await append(3);
    const seen: number[] = [];
    await scanLetters(
      log,
      (kept) => kept,
      async (letters) => {
        for (const { record } of letters) seen.push(record.offset);
        await append(1);
      },
    );
    expect(seen).toEqual([0, 1, 2]);
  });

  it('reads what is selected of what is there, and nothing else', async () => {
    await append(10);
    expect(await scanned(() => ({ begin: 4, end: 6 }))).toEqual([4, 5]);
    expect(await scanned(() => ({ begin: 8, end: 100 }))).toEqual([8, 9]);
    expect(await scanned(() => ({ begin: 100, end: 101 }))).toEqual([]);
  });

  it('ends at once where there is none', async () => {
    await append(0);
    expect(await scanned((kept) => kept)).toEqual([]);
  });

  it('ends with what its visitor throws, and does not visit again', async () => {
    await append(3);
    let visits = 0;
    const failing = scanLetters(
      log,
      (kept) => kept,
      () => {
        visits += 1;
        throw new Error('no more');
      },
    );
    await expect(failing).rejects.toThrow('no more');
    expect(visits).toBe(1);
  });

  it('refuses a topic of several partitions: an offset would name several letters', async () => {
    await append(3, 2);
    await expect(scanned((kept) => kept)).rejects.toMatchObject({ code: 'FF_TOPIC_MISMATCH' });
  });

  it('says that there is no such topic', async () => {
    await expect(scanned((kept) => kept)).rejects.toMatchObject({ code: 'FF_UNKNOWN_TOPIC' });
  });
});
