import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Filing } from '@fleet-forensics/shared/wire/block';
import { blockText } from './block-text.ts';
import { BlockWriter } from './block-writer.ts';
import { wholeBlock } from './block.fixture.ts';
import { FAULTS, FaultyDisk, type Fault } from './faulty-disk.fixture.ts';
import { Journal } from './journal.ts';
import { WriterCounters } from './writer-counters.ts';

/*
 * Three blocks in two batches. At each call into the file system or the journal in turn, something goes wrong; the process goes on
 * or starts again, gets both batches anew, as the bus promises, and the file must hold exactly the three blocks.
 */
const BLOCKS = ['a', 'b', 'c'].map((name) => wholeBlock(name, '/node/forensic.log'));
const BATCHES = [BLOCKS.slice(0, 1), BLOCKS.slice(1)];
const WHOLE = Buffer.concat(BLOCKS.map(({ blockId, header, messages }) => blockText(blockId, header, messages)));

const dir = mkdtempSync(join(tmpdir(), 'ff-writer-crash-'));
afterAll(() => rmSync(dir, { recursive: true }));
let runs = 0;

interface Place {
  readonly root: string;
  readonly journal: string;
  readonly file: string;
}

/** @param foreign what an admin's file holds before the writer comes */
function freshPlace(foreign: string): Place {
  const base = join(dir, String((runs += 1)));
  mkdirSync(base);
  const place = { root: join(base, 'root'), journal: join(base, 'journal'), file: join(base, 'root/node/forensic.log') };
  if (foreign === '') return place;
  mkdirSync(join(place.root, 'node'), { recursive: true, mode: 0o750 });
  writeFileSync(place.file, foreign);
  return place;
}

function ignore(): void {}

/** One process' life: both batches, each again until it is filed or the process is dead. */
function live({ root, journal: path }: Place, disk: FaultyDisk): Filing[] {
  const journal = new Journal(path);
  const options = { root, calls: disk.calls, counters: new WriterCounters(), warn: ignore, nowUs: () => 1 };
  const writer = new BlockWriter({ ...options, journal: disk.over(journal) });
  const filings: Filing[] = [];
  for (const batch of BATCHES) {
    for (let attempt = 0; attempt < 2 && !disk.dead; attempt++) {
      try {
        const filed = writer.file(batch);
        filings.push(...filed.repeats, ...filed.filings);
        if (filed.held.length === 0) break;
      } catch (error) {
        if (!disk.dead && !String(error).includes('at step')) throw error;
      }
    }
  }
  journal.close();
  return filings;
}

function checkFilings(filings: readonly Filing[], file: Buffer, start: number): void {
  expect(filings.map(({ blockId }) => Buffer.from(blockId))).toEqual(BLOCKS.map(({ blockId }) => blockId));
  let chain: Uint8Array = Buffer.alloc(32);
  let offset = start;
  for (const filing of filings) {
    const sha256 = createHash('sha256')
      .update(file.subarray(filing.offset, filing.offset + filing.length))
      .digest();
    expect(filing.offset).toBe(offset);
    expect(Buffer.from(filing.sha256)).toEqual(sha256);
    chain = createHash('sha256').update(chain).update(sha256).digest();
    expect(Buffer.from(filing.chain)).toEqual(chain);
    offset += filing.length;
  }
}

function stepsWithoutFault(foreign: string): number {
  const disk = new FaultyDisk();
  live(freshPlace(foreign), disk);
  return disk.steps;
}

function surviveFault(step: number, fault: Fault, foreign: string, powerFails: boolean): void {
  const place = freshPlace(foreign);
  const disk = new FaultyDisk(step, fault);
  live(place, disk);
  disk.end(powerFails && disk.dead);
  const filings = live(place, new FaultyDisk());
  const file = readFileSync(place.file);
  expect(file.toString('latin1')).toBe(foreign + WHOLE.toString('latin1'));
  checkFilings(filings, file, foreign.length);
}

describe.each([
  { what: 'a new file', foreign: '' },
  { what: "an admin's file", foreign: 'an old line\n' },
])('in $what', ({ foreign }) => {
  const steps = stepsWithoutFault(foreign);

  it.each(FAULTS)('each block is filed once and whole, whichever call meets the fault: %s', (fault) => {
    expect(steps).toBeGreaterThan(50);
    for (let step = 1; step <= steps; step++) surviveFault(step, fault, foreign, false);
  });

  it.each(['before', 'after', 'torn'] as const)('a power failure costs nothing that was filed: %s', (fault) => {
    expect(steps).toBeGreaterThan(50);
    for (let step = 1; step <= steps; step++) surviveFault(step, fault, foreign, true);
  });
});
