import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Batch, Consumer } from '@fleet-forensics/shared/bus/port';
import { encodeBlockPart } from '@fleet-forensics/shared/wire/codec';
import { BlockAssembly } from './block-assembly.ts';
import { blockFiling } from './block-filing.ts';
import { blockHeader, blockId, messageList } from './block.fixture.ts';
import { BlocksConsumer } from './blocks-consumer.ts';
import { NODE_FILE_CALLS } from './file-calls.ts';
import { FilingHealth } from './filing-health.ts';
import { Journal } from './journal.ts';
import { PartStore } from './part-store.ts';
import { WriterCounters } from './writer-counters.ts';
import { PLAIN_FILING } from './writer-place.fixture.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const MIB = 1024 * 1024;
const PARTS = 20;
const LINES_PER_PART = 5000;

let base: string;
let journal: Journal;
let commits: number[];
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'ff-large-'));
  journal = new Journal(join(base, 'journal'));
  commits = [];
});
afterEach(() => {
  journal.close();
  rmSync(base, { recursive: true });
});

const consumer: Consumer = {
  seek: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
  heartbeat: async () => undefined,
  close: async () => undefined,
  commit: async (_, { offset }) => {
    commits.push(offset);
  },
};

/** A process that has just started. */
function newProcess(counters = new WriterCounters()): BlocksConsumer {
  const shared = { counters, warn: () => {} };
  const filing = { root: join(base, 'root'), journal, calls: NODE_FILE_CALLS, settings: PLAIN_FILING, nowUs: () => 1 };
  const { writer } = blockFiling({ ...shared, ...filing });
  const assembly = new BlockAssembly(2048 * MIB, journal, new PartStore(base));
  const producer = { send: async () => undefined };
  return new BlocksConsumer({ ...shared, assembly, writer, producer, health: new FilingHealth(), sliceBytes: 2 * MIB });
}

function part(name: string, index: number, parts: number, file: string, lines = 1): Buffer {
  const text = `${name} part ${index} `.padEnd(120, '.');
  const messages = messageList(Array.from({ length: lines }, () => ({ text })));
  const header = index === 0 ? { header: blockHeader(parts * lines, { file }) } : {};
  return encodeBlockPart({ blockId: blockId(name), part: index, parts, messages, ...header });
}

/** Of buffers, garbage aside. V8 frees what one collection found beside the program, and is done with it when the next one begins. */
function heldBytes(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

function batch(offset: number, values: readonly Uint8Array[]): Batch {
  const records = values.map((value, index) => ({ offset: offset + index, timeMs: 1000, key: null, value }));
  return { topic: 'forensic.blocks', partition: 3, epoch: 1, records, end: offset + values.length };
}

describe('blocks of 100,000 lines', () => {
  it('are filed whole with many under way at once, in memory that does not grow with them', async () => {
    const blocks = newProcess();
    const names = Array.from({ length: 24 }, (_, index) => `n${index}`);
    let offset = 0;
    let highest = 0;
    for (let index = 0; index < PARTS; index++) {
      for (const name of names) {
        await blocks.take(batch(offset++, [part(name, index, PARTS, `/${name}.log`, LINES_PER_PART)]), consumer);
      }
      highest = Math.max(highest, heldBytes());
    }
    // 24 blocks of 12 MB waited for their last part.
    expect(highest).toBeLessThan(64 * MIB);
    expect(commits.at(-1)).toBe(offset);
    for (const name of names.slice(0, 3)) {
      const lines = readFileSync(join(base, 'root', `${name}.log`), 'utf8').match(/^\[TraceLog.*$/gm);
      expect(lines).toHaveLength(PARTS * LINES_PER_PART);
      expect(lines!.at(-1)).toContain(`${name} part ${PARTS - 1} `);
      expect(journal.filing(blockId(name))).toMatchObject({ offset: 0 });
    }
    expect(readdirSync(base).filter((name) => name.startsWith('parts'))).toEqual([]);
  });
});

describe('a block in parts that can never be filed', () => {
  it('does not hold the commit when only some of its parts are read again after a restart', async () => {
    const counters = new WriterCounters();
    const [first, last] = [part('bad', 0, 2, '/../f'), part('bad', 1, 2, '/../f')];
    const open = part('open', 0, 2, '/f');
    await newProcess(counters).take(batch(0, [first, open, last]), consumer);
    expect([commits, counters.deadLetters]).toEqual([[1], 2]);
    const restarted = newProcess(counters);
    await restarted.take(batch(1, [open, last]), consumer);
    await restarted.take(batch(3, [part('open', 1, 2, '/f')]), consumer);
    expect([commits, counters.deadLetters, counters.filed]).toEqual([[1, 1, 4], 2, 1]);
  });

  it('is looked at again when it is published again', async () => {
    const counters = new WriterCounters();
    const values = [part('bad', 0, 2, '/../f'), part('bad', 1, 2, '/../f')];
    const blocks = newProcess(counters);
    await blocks.take(batch(0, values), consumer);
    await blocks.take(batch(2, values), consumer);
    expect([commits, counters.deadLetters]).toEqual([[2, 4], 4]);
  });
});
