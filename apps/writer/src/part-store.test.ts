import { fstatSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PartRecord, PartStore } from './part-store.ts';

const MIB = 1024 * 1024;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ff-parts-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function record(offset: number, bytes = 10): PartRecord {
  return { offset, timeMs: 1000 + offset, key: new Uint8Array([1, offset]), value: new Uint8Array(bytes).fill(offset) };
}

/** Open files that were in the directory and have no name any more: their sizes. */
function namelessSizes(): number[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return target.startsWith(directory) && target.endsWith('(deleted)') ? [fstatSync(Number(fd)).size] : [];
    } catch (error) {
      // The one that listed the directory is closed by now.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  });
}

describe('parts that wait for others', () => {
  it('come back as the log gave them: dead letters repeat their keys, and a late part is told from a repeat by its time', () => {
    const store = new PartStore(directory);
    store.put('0/a', 1, record(7));
    store.put('0/a', 0, record(8));
    store.put('1/a', 0, record(9));
    expect([store.get('0/a', 0), store.get('0/a', 1), store.get('1/a', 0)]).toEqual([record(8), record(7), record(9)]);
    store.close();
  });

  it.runIf(process.platform === 'linux')('lie on the disk, under no name that a crash could leave behind', () => {
    const store = new PartStore(directory);
    for (let part = 0; part < 16; part++) store.put('0/a', part, record(part, MIB));
    expect(readdirSync(directory)).toEqual([]);
    expect(Math.max(0, ...namelessSizes())).toBeGreaterThan(16 * MIB);
    store.close();
  });

  it('free their room when their block is let go of', () => {
    const store = new PartStore(directory);
    const sizes = [1, 2, 3].map(() => {
      for (let part = 0; part < 4; part++) store.put('0/a', part, record(part, MIB));
      store.remove('0/a');
      return Math.max(0, ...namelessSizes());
    });
    expect(sizes[2]).toBe(sizes[0]);
    store.close();
  });
});
