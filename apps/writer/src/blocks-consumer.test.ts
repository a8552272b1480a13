import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Batch, BusRecord, Consumer, OutgoingRecord } from '@fleet-forensics/shared/bus/port';
import { NotedTraces } from '../../../libs/shared/src/process/noted-traces.fixture.ts';
import { decodeDeadLetter, decodeFiling, encodeBlockPart } from '@fleet-forensics/shared/wire/codec';
import { BlockAssembly, MAX_UNFINISHED_MS } from './block-assembly.ts';
import { blockFiling } from './block-filing.ts';
import { blockHeader, blockId, messageList } from './block.fixture.ts';
import { BlocksConsumer } from './blocks-consumer.ts';
import { NODE_FILE_CALLS } from './file-calls.ts';
import { FilingHealth } from './filing-health.ts';
import { Journal } from './journal.ts';
import { PartStore } from './part-store.ts';
import { WriterCounters } from './writer-counters.ts';
import { PLAIN_FILING } from './writer-place.fixture.ts';

let root: string;
let journal: Journal;
let counters: WriterCounters;
/** What happened outside the process, in order: topics sent to, and commits. */
let effects: string[];
let sent: Record<string, OutgoingRecord[]>;
let sendFails: (topic: string) => boolean;
let health: FilingHealth;
let traces: NotedTraces;
let blocks: BlocksConsumer;
let newProcess: () => void;

function warn(): void {}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ff-blocks-consumer-'));
  journal = new Journal(join(root, '..', `${root.split('/').at(-1)}.journal`));
  counters = new WriterCounters();
  effects = [];
  sent = {};
  sendFails = () => false;
  const producer = {
    send: async (topic: string, records: readonly OutgoingRecord[]): Promise<void> => {
      if (sendFails(topic)) throw new Error('the log is away');
      effects.push(topic);
      (sent[topic] ??= []).push(...records);
    },
  };
  const filing = { root, journal, calls: NODE_FILE_CALLS, settings: PLAIN_FILING, counters, warn, nowUs: () => 1 };
  const { writer } = blockFiling(filing);
  health = new FilingHealth();
  traces = new NotedTraces();
  newProcess = () => {
    const assembly = new BlockAssembly(1_000_000, journal, new PartStore());
    blocks = new BlocksConsumer({ assembly, writer, producer, health, counters, sliceBytes: 100, warn, traces });
  };
  newProcess();
});
afterEach(() => {
  journal.close();
  for (const path of [root, `${root}.journal`]) rmSync(path, { recursive: true });
});

const consumer: Consumer = {
  seek: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
  heartbeat: async () => undefined,
  close: async () => undefined,
  commit: async ({ partition }, { offset }) => {
    effects.push(`commit ${partition}:${offset}`);
  },
};

function partOf(name: string, part: number, parts: number, file = '/f'): Buffer {
  const header = part === 0 ? { header: blockHeader(parts, { file }) } : {};
  return encodeBlockPart({ blockId: blockId(name), part, parts, messages: messageList([{ text: `${name}${part}` }]), ...header });
}

function batch(firstOffset: number, values: readonly Uint8Array[], timeMs = 1000): Batch {
  const records = values.map((value, index): BusRecord => ({
    offset: firstOffset + index,
    timeMs,
    key: Buffer.from('/f'),
    value,
  }));
  return { topic: 'forensic.blocks', partition: 3, epoch: 1, records, end: firstOffset + values.length };
}

function linesOf(file: string): string[] {
  return readFileSync(join(root, file), 'utf8').match(/(?<=^\[TraceLog:7\] ).*/gm) ?? [];
}

function filedBlocks(): string[] {
  return (sent['forensic.filings'] ?? []).map(({ key, value }) => {
    const filing = decodeFiling(value);
    return `${Buffer.from(key!).toString()} ${Buffer.from(filing.blockId).toString('hex')}`;
  });
}

function letters(): { offset: number; error: string; value: Buffer }[] {
  return (sent['forensic.dead-letters'] ?? []).map(({ value }) => {
    const letter = decodeDeadLetter(value);
    expect([letter.topic, letter.partition]).toEqual(['forensic.blocks', 3]);
    return { offset: letter.offset, error: letter.error.split(':')[0]!, value: Buffer.from(letter.value) };
  });
}

function idOf(name: string): string {
  return blockId(name).toString('hex');
}

describe('a batch of blocks', () => {
  it('is in its files before the filings are said, and those before the commit', async () => {
    await blocks.take(batch(7, [partOf('a', 0, 1), partOf('b', 0, 1, '/g')]), consumer);
    expect([linesOf('f'), linesOf('g')]).toEqual([['a0'], ['b0']]);
    expect(filedBlocks()).toEqual([`/f ${idOf('a')}`, `/g ${idOf('b')}`]);
    expect(effects).toEqual(['forensic.filings', 'commit 3:9']);
  });

  it('says a filing again if the process died before it was said', async () => {
    sendFails = () => true;
    await expect(blocks.take(batch(0, [partOf('a', 0, 1)]), consumer)).rejects.toThrow('the log is away');
    expect(effects).toEqual([]);
    sendFails = () => false;
    await blocks.take(batch(0, [partOf('a', 0, 1)]), consumer);
    expect(linesOf('f')).toEqual(['a0']);
    expect(filedBlocks()).toEqual([`/f ${idOf('a')}`]);
  });

  it('files the first of two under one id: a request sent again after its session ended asks for less', async () => {
    const header = blockHeader(0, { file: '/f' });
    const less = encodeBlockPart({ blockId: blockId('a'), part: 0, parts: 1, messages: Buffer.alloc(0), header });
    await blocks.take(batch(0, [partOf('a', 0, 1), less]), consumer);
    expect([linesOf('f'), filedBlocks()]).toEqual([['a0'], [`/f ${idOf('a')}`]]);
  });

  it('of more blocks than fit in one transaction is filed whole, once, in order', async () => {
    const names = Array.from({ length: 600 }, (_, index) => `n${index}-`);
    await blocks.take(
      batch(
        0,
        names.map((name) => partOf(name, 0, 1)),
      ),
      consumer,
    );
    expect(linesOf('f')).toEqual(names.map((name) => `${name}0`));
    expect(effects.at(-1)).toBe('commit 3:600');
  });
});

describe('a block over several batches', () => {
  it('holds the commit back at its first part until it is filed', async () => {
    await blocks.take(batch(0, [partOf('x', 0, 1), partOf('a', 0, 3)]), consumer);
    await blocks.take(batch(2, [partOf('a', 1, 3), partOf('y', 0, 1)]), consumer);
    await blocks.take(batch(4, [partOf('a', 2, 3)]), consumer);
    expect(effects.filter((effect) => effect.startsWith('commit'))).toEqual(['commit 3:1', 'commit 3:1', 'commit 3:5']);
    expect(linesOf('f')).toEqual(['x0', 'y0', 'a0', 'a1', 'a2']);
  });

  it('is not lost when the batch of its last part fails and comes again', async () => {
    await blocks.take(batch(0, [partOf('a', 0, 2)]), consumer);
    sendFails = () => true;
    await expect(blocks.take(batch(1, [partOf('a', 1, 2)]), consumer)).rejects.toThrow('the log is away');
    sendFails = () => false;
    await blocks.take(batch(1, [partOf('a', 1, 2)]), consumer);
    expect([linesOf('f'), filedBlocks()]).toEqual([['a0', 'a1'], [`/f ${idOf('a')}`]]);
    expect(effects.at(-1)).toBe('commit 3:2');
  });

  it('lets no commit pass what came with a failed batch and has not come again', async () => {
    sendFails = () => true;
    const values = [partOf('a', 0, 1), partOf('b', 0, 1), partOf('c', 0, 2)];
    await expect(blocks.take(batch(0, values), consumer)).rejects.toThrow('the log is away');
    sendFails = () => false;
    await blocks.take(batch(0, values.slice(0, 1)), consumer);
    expect(effects.at(-1)).toBe('commit 3:1');
  });

  it('starts anew from the committed offset when its partition was moved away and back', async () => {
    await blocks.take(batch(0, [partOf('a', 0, 2)]), consumer);
    blocks.revoked([batch(0, [])]);
    await blocks.take(batch(1, [partOf('b', 0, 1)]), consumer);
    expect(effects.at(-1)).toBe('commit 3:2');
  });

  it('goes to the dead letters, part by part, when it was never finished; the commit goes on', async () => {
    const value = partOf('a', 0, 2);
    await blocks.take(batch(0, [value]), consumer);
    sendFails = () => true;
    const later = batch(1, [partOf('b', 0, 1)], 2000 + MAX_UNFINISHED_MS);
    await expect(blocks.take(later, consumer)).rejects.toThrow('the log is away');
    sendFails = () => false;
    await blocks.take(later, consumer);
    expect(letters()).toEqual([{ offset: 0, error: 'FF_BLOCK_UNFINISHED', value }]);
    expect(effects.slice(-2)).toEqual(['forensic.dead-letters', 'commit 3:2']);
    expect(counters).toMatchObject({ unfinished: 1, deadLetters: 1, filed: 1 });
  });
});

describe('a filed block of which a part comes again', () => {
  it('has its filing said again if the process died before it was said, and does not hold the commit back', async () => {
    const [first, last] = [partOf('a', 0, 2), partOf('a', 1, 2)];
    sendFails = () => true;
    await expect(blocks.take(batch(0, [first, last]), consumer)).rejects.toThrow('the log is away');
    sendFails = () => false;
    blocks.revoked([batch(0, [])]);
    await blocks.take(batch(0, [first]), consumer);
    await blocks.take(batch(1, [last]), consumer);
    expect(linesOf('f')).toEqual(['a0', 'a1']);
    expect(new Set(filedBlocks())).toEqual(new Set([`/f ${idOf('a')}`]));
    expect(effects).toEqual(['forensic.filings', 'commit 3:1', 'forensic.filings', 'commit 3:2']);
  });
});

describe('a file that cannot be written now', () => {
  const values = [partOf('a', 0, 1), partOf('b', 0, 1, '/g'), Buffer.from('junk'), partOf('c', 0, 1, '/g')];
  const more = Array.from({ length: 60 }, (_, index) => partOf(`n${index}-`, 0, 1, index % 2 === 0 ? '/f' : '/g'));
  const filed = ['b0', 'c0', ...Array.from({ length: 30 }, (_, index) => `n${2 * index + 1}-0`)];
  const heldBack = ['a0', ...Array.from({ length: 30 }, (_, index) => `n${2 * index}-0`)];

  it('holds the commit, says which file and where, and holds up no other file, however often it is tried', async () => {
    mkdirSync(join(root, 'f'));
    const failure = {
      code: 'FF_FILING_FAILED',
      message: expect.stringMatching(/blocks\/3 waits at offset 5: .*\/f.* is not a regular/),
    };
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(blocks.take(batch(5, [...values, ...more]), consumer)).rejects.toMatchObject(failure);
      expect(linesOf('g')).toEqual(filed);
    }
    expect(filedBlocks()).toHaveLength(filed.length);
    expect(new Set(effects)).toEqual(new Set(['forensic.filings']));

    rmdirSync(join(root, 'f'));
    await blocks.take(batch(5, [...values, ...more]), consumer);
    expect([linesOf('f'), linesOf('g')]).toEqual([heldBack, filed]);
    expect(new Set(filedBlocks()).size).toBe(filed.length + heldBack.length);
    expect(letters().map(({ offset }) => offset)).toEqual([7]);
    expect(effects.at(-1)).toBe('commit 3:69');
  });

  it('keeps its blocks in their order when it can be written again in the middle of a batch', async () => {
    mkdirSync(join(root, 'f'));
    const mending: Consumer = { ...consumer, heartbeat: async () => rmSync(join(root, 'f'), { recursive: true, force: true }) };
    await expect(blocks.take(batch(5, [...values, ...more]), mending)).rejects.toMatchObject({ code: 'FF_FILING_FAILED' });
    await blocks.take(batch(5, [...values, ...more]), consumer);
    expect(linesOf('f')).toEqual(heldBack);
  });
});

describe('a record that cannot be used', () => {
  it('goes to the dead letters as it was, and its neighbours are filed', async () => {
    const junk = Buffer.from('junk\xff', 'latin1');
    const unsafe = partOf('u', 0, 1, '/d/../f');
    const [first, second] = [partOf('p', 0, 2, '../f'), partOf('p', 1, 2)];
    const badList = encodeBlockPart({
      blockId: blockId('l'),
      part: 0,
      parts: 1,
      header: blockHeader(1),
      messages: Buffer.from('x'),
    });
    await blocks.take(batch(0, [junk, unsafe, partOf('a', 0, 1), first, second, badList, partOf('b', 0, 1)]), consumer);
    expect(linesOf('f')).toEqual(['a0', 'b0']);
    expect(letters()).toEqual([
      { offset: 0, error: 'FF_BAD_RECORD', value: junk },
      { offset: 1, error: 'FF_UNSAFE_PATH', value: unsafe },
      { offset: 3, error: 'FF_UNSAFE_PATH', value: first },
      { offset: 4, error: 'FF_UNSAFE_PATH', value: second },
      { offset: 5, error: 'FF_BAD_MESSAGE_LIST', value: badList },
    ]);
    expect([...new Set(effects)]).toEqual(['forensic.filings', 'forensic.dead-letters', 'commit 3:7']);
    expect(counters).toMatchObject({ filed: 2, deadLetters: 5 });
  });

  it('ends its trace with the reason, so that nobody waits for its filing', async () => {
    const header = blockHeader(1, { file: '/d/../f', traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' });
    const unsafe = encodeBlockPart({ blockId: blockId('u'), part: 0, parts: 1, header, messages: messageList([{ text: 'u' }]) });
    await blocks.take(batch(0, [unsafe]), consumer);
    expect(traces.ended).toEqual(['file block: FF_UNSAFE_PATH']);
  });
});
