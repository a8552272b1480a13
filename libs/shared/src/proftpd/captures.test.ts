import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Logs, type Reading, readLogs, told } from './node-logs.fixture.ts';

const FOLDER = new URL('../../../../test/fixtures/proftpd/', import.meta.url);

const bytesOf = (file: string): Buffer => readFileSync(new URL(file, FOLDER));

function capture(name: string): Logs {
  const [trace, system, transfer, extended] = ['trace', 'system', 'xfer', 'ext'].map((log) => bytesOf(`${name}.${log}.txt`));
  return { trace: trace!, system: system!, transfer: transfer!, extended: extended! };
}

const messagesOf = ({ events }: Reading): number => events.filter(({ kind }) => kind === 'message').length;

// Blocks: criterion, attempted user, user, messages. The numbers were counted in the files without this parser, by PID and time.
const FAILED_LOGIN = ['FailedLogin', 'alice', undefined] as const;
const DEATH = ['UntimelyDeath', undefined, 'alice'] as const;
const CAPTURES = [
  { name: '2a_failed_login', blocks: [[...FAILED_LOGIN, 262]], end: 'quit' },
  { name: '2a_failed_login_d10_allch', blocks: [[...FAILED_LOGIN, 410]], end: 'quit' },
  { name: '2d_success', blocks: [], end: 'quit' },
  { name: '2e_KILL', blocks: [[...DEATH, 419]], end: 'killed' },
  { name: '2e_SEGV', blocks: [[...DEATH, 464]], end: 'segfault' },
  { name: '2e_TERM', blocks: [[...DEATH, 450]], end: 'signal' },
] as const;

describe('logs of a real ProFTPD', () => {
  it.each(CAPTURES)('$name makes the blocks that it must', ({ name, blocks, end }) => {
    const result = told(readLogs(capture(name)).events);
    expect(
      result.blocks.map(({ criterion, context, lines }) => [criterion, context.attemptedUser, context.user, lines.length]),
    ).toEqual(blocks);
    expect(result.ends.map((line) => line.split(' ')[1])).toEqual([end]);
  });

  it.each(CAPTURES)('$name comes out whole: each line is in a message or counted', ({ name }) => {
    const reading = readLogs(capture(name));
    const { lines, daemonLines, unclaimedLines, orphanLines } = reading.counts;
    const inMessages = reading.events.reduce(
      (sum, event) => sum + (event.kind === 'message' ? event.entry.text.toString('latin1').split('\n').length : 0),
      0,
    );
    expect(inMessages + daemonLines).toBe(lines);
    expect({ unclaimedLines, orphanLines }).toEqual({ unclaimedLines: 0, orphanLines: 0 });
  });

  it.each(CAPTURES)('$name gives the same events in whatever pieces it is read', ({ name }) => {
    expect(readLogs(capture(name), 777).events).toEqual(readLogs(capture(name), 1_000_000).events);
  });

  it('show what upstream shows in the header of a block, where a log knows it', () => {
    const [block] = told(readLogs(capture('2e_TERM')).events).blocks;
    expect(block?.context).toEqual({
      clientAddress: '127.0.0.1',
      serverAddress: '127.0.0.1:2121',
      protocol: 'ftp',
      user: 'alice',
      uid: 5001,
      gid: 5001,
      uniqueId: 'awPMJX8AAAF/AAABAABg2ugc',
      elapsedMs: 216,
      rawBytesIn: 26,
      rawBytesOut: 74,
    });
  });

  it('put each transfer behind the line that completes it', () => {
    const { events } = readLogs(capture('2d_success'));
    const texts = events.flatMap((event) => (event.kind === 'message' ? [String(event.entry.text)] : []));
    const before = texts.flatMap((text, index) => (text.startsWith('Mon Nov 23') ? [texts[index - 1]] : []));
    expect(before).toEqual([
      expect.stringContaining('Transfer completed: 1000 bytes'),
      expect.stringContaining('Transfer completed: 17 bytes'),
    ]);
  });

  it.each([
    ['2e_maxlogin', ['FailedLogin'], 'policy'],
    ['2e_wrap2', ['ModuleConfig'], 'module'],
  ])('%s, an ExtendedLog of the essentials, makes the blocks that it must', (name, criteria, end) => {
    const { blocks, ends } = told(readLogs({ extended: bytesOf(`${name}.ext.txt`) }).events);
    expect(blocks.map(({ criterion }) => criterion)).toEqual(criteria);
    expect(ends.map((line) => line.split(' ')[1])).toEqual([end]);
  });

  it('of a daemon that was stopped tell of a shutdown, and of a failed login behind planted line feeds', () => {
    const reading = readLogs(capture('stopped'));
    const { blocks, ends } = told(reading.events);
    expect(blocks.map(({ criterion, context, lines }) => [criterion, context.attemptedUser, lines.length])).toEqual([
      ['FailedLogin', 'zz\nplanted', 193],
    ]);
    expect(ends.map((line) => line.split(' ')[1]).toSorted()).toEqual(['quit', 'shutdown']);
    expect(messagesOf(reading)).toBeGreaterThan(600);
  });
});
