import { existsSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { wholeBlock } from './block.fixture.ts';
import { type Fault, FAULTS, FaultyDisk, POWER_FAILURES, type PowerFailure } from './faulty-disk.fixture.ts';
import type { FileCalls } from './file-calls.ts';
import { textOf, WriterPlace } from './writer-place.fixture.ts';

const [A, B] = [wholeBlock('a', '/f.log'), wholeBlock('b', '/f.log')];
const TEXT = textOf(A);
const SETTINGS = { rotateBytes: TEXT.length, rotatedGzip: true };

/** A rotated file that waits for its compression. */
async function rotatedPlace(): Promise<WriterPlace> {
  const place = new WriterPlace();
  const { writer } = place.filing(undefined, { settings: { ...SETTINGS, rotatedGzip: false } });
  for (const block of [A, B]) await writer.file(writer.prepare([block]));
  return place;
}

async function tidy(place: WriterPlace, disk: FaultyDisk): Promise<void> {
  const journal = disk.over(place.journal);
  await place.filing(disk.calls, { journal, settings: SETTINGS }).rotatedFiles.tidy();
}

/** A writer that dies has written any part of what its last sync did not cover. */
function tear(place: WriterPlace): void {
  const part = join(place.root, 'f.log.1.gz.part');
  if (existsSync(part)) truncateSync(part, Math.floor(statSync(part).size / 2));
}

function unpacked(path: string): string {
  try {
    return gunzipSync(readFileSync(path)).toString();
  } catch (error) {
    return String(error);
  }
}

/** What is wrong at this moment, and after the next start. */
async function wrongsAfter(
  step: number,
  fault: Fault,
  powerFailure?: PowerFailure,
  omitted?: keyof FileCalls,
): Promise<string[]> {
  const place = await rotatedPlace();
  const disk = new FaultyDisk(step, fault);
  if (omitted) Object.assign(disk.calls, { [omitted]: omitted === 'fdatasync' ? async () => {} : () => {} });
  await tidy(place, disk);
  disk.end(disk.dead ? powerFailure : undefined);
  place.journal.rollback();
  if (disk.dead) tear(place);
  const wrongs: string[] = [];
  const [plain, packed] = [join(place.root, 'f.log.1'), join(place.root, 'f.log.1.gz')];
  const isPlain = existsSync(plain) && readFileSync(plain, 'utf8') === TEXT;
  if (!isPlain && unpacked(packed) !== TEXT) wrongs.push(`neither is whole: ${unpacked(packed)}`);
  if (existsSync(packed) && unpacked(packed) !== TEXT) wrongs.push(`its last name has a part: ${unpacked(packed)}`);
  await tidy(place, new FaultyDisk());
  const names = readdirSync(place.root).toSorted().join(' ');
  if (names !== 'f.log f.log.1.gz' || unpacked(packed) !== TEXT) wrongs.push(`after the next start: ${names}`);
  place.remove();
  return wrongs;
}

async function stepsWithoutFault(): Promise<number> {
  const place = await rotatedPlace();
  const disk = new FaultyDisk();
  await tidy(place, disk);
  place.remove();
  return disk.steps;
}

describe('a rotated file that is compressed', () => {
  it.each(FAULTS)('is whole, plain or packed, whichever call meets the fault: %s', async (fault) => {
    const steps = await stepsWithoutFault();
    expect(steps).toBeGreaterThan(15);
    for (let step = 1; step <= steps; step++) expect(await wrongsAfter(step, fault), `step ${step}`).toEqual([]);
  });

  it.each(POWER_FAILURES)('is whole in a power failure that %s what was not synced', async (powerFailure) => {
    const steps = await stepsWithoutFault();
    for (const fault of ['before', 'after'] as const) {
      for (let step = 1; step <= steps; step++) {
        expect(await wrongsAfter(step, fault, powerFailure), `${fault} step ${step}`).toEqual([]);
      }
    }
  });

  it.each([
    ['what it packed', 'fdatasync'],
    ['the new name', 'fsync'],
  ] as const)('would be lost if %s were not synced: the proof finds that', async (_, call) => {
    let failures = 0;
    for (let step = 1; step <= (await stepsWithoutFault()); step++) {
      failures += (await wrongsAfter(step, 'after', 'loses', call)).length;
    }
    expect(failures).toBeGreaterThan(0);
  });
});
