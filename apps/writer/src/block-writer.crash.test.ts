import { describe, expect, it } from 'vitest';
import { CRASH_MODES, type CrashMode, CrashPlace } from './crash-place.fixture.ts';
import { type Fault, FAULTS, FaultyDisk, POWER_FAILURES, type PowerFailure } from './faulty-disk.fixture.ts';
import type { FileCalls } from './file-calls.ts';

/*
 * Five blocks in three batches. At each call into the file system or the journal in turn, something goes wrong; the process goes on
 * or starts again, gets all batches anew, as the bus promises, and the files must hold exactly the five blocks.
 */
async function stepsWithoutFault(mode: CrashMode): Promise<number> {
  const place = new CrashPlace(mode);
  const disk = new FaultyDisk();
  await place.live(disk);
  const wrongs = place.wrongs();
  place.remove();
  return wrongs.length === 0 ? disk.steps : 0;
}

async function wrongsAfter(
  mode: CrashMode,
  step: number,
  fault: Fault,
  powerFailure?: PowerFailure,
  omitted?: keyof FileCalls,
): Promise<string[]> {
  const place = new CrashPlace(mode);
  const disk = new FaultyDisk(step, fault);
  try {
    await place.live(omitted ? withoutCall(disk, omitted) : disk);
    disk.end(disk.dead ? powerFailure : undefined);
    const next = new FaultyDisk();
    await place.live(omitted ? withoutCall(next, omitted) : next);
    return place.wrongs();
  } finally {
    place.remove();
  }
}

/** The call does nothing, and says that it did. */
function withoutCall(disk: FaultyDisk, call: keyof FileCalls): FaultyDisk {
  Object.assign(disk.calls, { [call]: call === 'fdatasync' ? async () => {} : () => {} });
  return disk;
}

describe.each(CRASH_MODES)('blocks that go to $what', (mode) => {
  it.each(FAULTS)('are filed once and whole, whichever call meets the fault: %s', async (fault) => {
    const steps = await stepsWithoutFault(mode);
    expect(steps).toBeGreaterThan(80);
    for (let step = 1; step <= steps; step++) expect(await wrongsAfter(mode, step, fault), `step ${step}`).toEqual([]);
  });

  describe.each(POWER_FAILURES)('in a power failure that %s what was not synced', (powerFailure) => {
    it.each(['before', 'after', 'torn'] as const)('are filed once and whole: %s', async (fault) => {
      const steps = await stepsWithoutFault(mode);
      expect(steps).toBeGreaterThan(80);
      for (let step = 1; step <= steps; step++) {
        expect(await wrongsAfter(mode, step, fault, powerFailure), `step ${step}`).toEqual([]);
      }
    });
  });
});

describe('the proof itself', () => {
  const [mode] = CRASH_MODES;

  it.each([
    ['does not cut off torn writes', 'truncate'],
    ['does not sync what it wrote', 'fdatasync'],
    ['does not sync the names of its files', 'fsync'],
  ] as const)('finds a writer that %s', async (_, call) => {
    let failures = 0;
    for (let step = 1; step <= (await stepsWithoutFault(mode!)); step++) {
      const wrongs = await wrongsAfter(mode!, step, 'torn', 'loses', call);
      if (wrongs.length > 0) failures += 1;
    }
    expect(failures).toBeGreaterThan(0);
  });
});
