import { describe, expect, it } from 'vitest';
import { extendedLine, type Logs, readLogs, systemLine, told, type ToldBlock } from './node-logs.fixture.ts';

const FAILED = 'USER alice (Login failed): Incorrect password';

function blocksOf(logs: Logs): readonly ToldBlock[] {
  return told(readLogs(logs).events).blocks;
}

describe('a failed login', () => {
  it('files what led to it, its own line last, with the context of ExtendedLog although that line comes later', () => {
    const [block, ...others] = blocksOf({
      system: [
        systemLine(0, 7, 'FTP session opened.'),
        systemLine(5, 7, FAILED),
        systemLine(5, 7, 'after'),
        systemLine(9, 7, 'FTP session closed.'),
      ],
      extended: [
        extendedLine(0, 7, { cmd: '' }),
        extendedLine(5, 7, { cmd: 'PASS', code: 530, ouser: 'alice', in: 24 }),
        extendedLine(9, 7, { cmd: 'EXIT', E: 'Quit', in: 30 }),
      ],
    });
    expect(others).toEqual([]);
    expect(block?.lines.at(-1)).toContain(FAILED);
    expect(block?.lines).toHaveLength(3);
    expect(block).toMatchObject({ criterion: 'FailedLogin', detail: 'Incorrect password' });
    expect(block?.context).toMatchObject({ attemptedUser: 'alice', rawBytesIn: 24, uniqueId: 'id7', elapsedMs: 5 });
    expect(block?.context.user).toBeUndefined();
  });

  it('after another one in the session files only what came between, with its own context', () => {
    const blocks = blocksOf({
      system: [
        systemLine(0, 7, 'FTP session opened.'),
        systemLine(5, 7, FAILED),
        systemLine(5, 7, 'between'),
        systemLine(7, 7, 'USER bob (Login failed): no'),
      ],
      extended: [
        extendedLine(5, 7, { cmd: 'PASS', code: 530, ouser: 'alice', in: 24 }),
        extendedLine(6, 7, { cmd: 'USER', code: 331 }),
        extendedLine(7, 7, { cmd: 'PASS', code: 530, ouser: 'bob', in: 48 }),
      ],
    }).filter(({ criterion }) => criterion === 'FailedLogin');
    expect(blocks.map(({ lines, context }) => [lines.length, context.attemptedUser, context.rawBytesIn])).toEqual([
      [2, 'alice', 24],
      [4, 'bob', 48],
    ]);
  });

  it('of which both logs tell in the same millisecond twice is still two', () => {
    const extended = [
      extendedLine(5, 7, { cmd: 'PASS', code: 530, in: 1 }),
      extendedLine(5, 7, { cmd: 'USER', code: 331 }),
      extendedLine(5, 7, { cmd: 'PASS', code: 530, in: 2 }),
    ];
    const blocks = blocksOf({ system: [systemLine(5, 7, FAILED), systemLine(5, 7, FAILED)], extended });
    expect(blocks.map(({ lines, context }) => [lines.length, context.rawBytesIn])).toEqual([
      [1, 1],
      [1, 2],
    ]);
  });

  it.each<[string, Logs]>([
    ['SystemLog', { system: [systemLine(5, 7, FAILED)] }],
    ['ExtendedLog', { extended: [extendedLine(5, 7, { cmd: 'PASS', code: 530, ouser: 'alice' })] }],
  ])('is found in %s alone', (_, logs) => {
    expect(blocksOf(logs)).toMatchObject([{ criterion: 'FailedLogin', context: { attemptedUser: 'alice' } }]);
  });

  it('is not hidden by a user name with line feeds that make a forged line of SystemLog', () => {
    const forged = systemLine(5, 1, 'all is well: no such user found from x [x] to y:21', '198.51.100.9');
    const blocks = blocksOf({
      system: [
        systemLine(0, 7, 'FTP session opened.'),
        systemLine(5, 7, 'USER zz'),
        forged,
        systemLine(9, 7, 'FTP session closed.'),
      ],
      extended: [extendedLine(5, 7, { cmd: 'PASS', code: 530, ouser: 'zz' })],
    });
    expect(blocks.filter(({ session }) => session.endsWith('-7'))).toMatchObject([
      { criterion: 'FailedLogin', context: { attemptedUser: 'zz' } },
    ]);
  });

  it('that ExtendedLog happens to tell first is one', () => {
    const system = [systemLine(0, 7, 'FTP session opened.'), systemLine(6, 7, FAILED), systemLine(9, 7, 'FTP session closed.')];
    expect(blocksOf({ system, extended: [extendedLine(5, 7, { cmd: 'PASS', code: 530 })] })).toHaveLength(1);
  });

  it('that mod_sftp logs twice is one', () => {
    const line = extendedLine(5, 7, { cmd: 'PASS', code: 530 });
    expect(blocksOf({ system: [systemLine(5, 7, FAILED)], extended: [line, line] })).toHaveLength(1);
    expect(blocksOf({ extended: [line, line] })).toHaveLength(1);
  });

  it('that is a PASS out of order, which SystemLog does not tell, is one of its own', () => {
    const blocks = blocksOf({
      system: [systemLine(5, 7, 'x'), systemLine(7, 7, FAILED)],
      extended: [
        extendedLine(5, 7, { cmd: 'PASS', code: 503 }),
        extendedLine(6, 7, { cmd: 'USER', code: 331 }),
        extendedLine(7, 7, { cmd: 'PASS', code: 530, in: 9 }),
      ],
    });
    expect(blocks.map(({ detail, context }) => [detail, context.rawBytesIn])).toEqual([
      ['PASS was answered with 503', 0],
      ['Incorrect password', 9],
    ]);
  });

  it('does not wait for ever for an ExtendedLog that does not tell, nor fires twice if it tells late', () => {
    const system = [systemLine(0, 7, FAILED), systemLine(11_000, 7, 'still here'), systemLine(12_000, 7, 'FTP session closed.')];
    const { events } = readLogs({ system, extended: [extendedLine(11_500, 7, { cmd: 'PASS', code: 530 })] });
    const kinds = events.map(({ kind }) => kind).filter((kind) => kind !== 'context');
    expect(kinds).toEqual(['open', 'message', 'criterion', 'message', 'message', 'message', 'end']);
  });
});
