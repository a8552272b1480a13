import { describe, expect, it } from 'vitest';
import {
  DAY_MS,
  daemonLine,
  extendedLine,
  type Logs,
  readLogs,
  systemLine,
  told,
  type Told,
  traceLine,
} from './node-logs.fixture.ts';

const tell = (logs: Logs): Told => told(readLogs(logs).events);
const OPENED = systemLine(0, 7, 'FTP session opened.');
const CLOSED = systemLine(9, 7, 'FTP session closed.');
const ID = `${DAY_MS}-7`;

describe('the end of a session', () => {
  it.each([
    ['Quit', 'quit'],
    ['Read EOF from client', 'eof'],
    ['Timeout exceeded: TimeoutIdle', 'timeout'],
    ['Configured policy: Denied by MaxLoginAttempts', 'policy'],
    ['Server shutting down', 'shutdown'],
  ])('by %j is ordinary: %s, no block', (E, reason) => {
    const { blocks, ends } = tell({ extended: [extendedLine(0, 7, { cmd: '' }), extendedLine(9, 7, { cmd: 'EXIT', E })] });
    expect(blocks).toEqual([]);
    expect(ends).toEqual([`${ID} ${reason}`]);
  });

  it('by a signal is an untimely death whose block has every line, those behind the closing one too', () => {
    const { blocks, ends } = tell({
      system: [OPENED, CLOSED],
      trace: [
        traceLine(8, 7, '<signal:9>: handling signal 15'),
        traceLine(10, 7, "<event:8>: dispatching event 'core.exit' to core", ''),
      ],
      extended: [extendedLine(9, 7, { cmd: 'EXIT', E: 'Terminated by signal: Killed by signal' })],
    });
    expect(blocks).toMatchObject([{ criterion: 'UntimelyDeath', detail: 'signal 15' }]);
    expect(blocks[0]?.lines).toHaveLength(5);
    expect(ends).toEqual([`${ID} signal`]);
  });

  it.each<[string, Logs]>([
    ['SystemLog', { system: [OPENED, systemLine(8, 7, 'ProFTPD terminating (signal 11)'), CLOSED] }],
    [
      'ExtendedLog, whose reason is empty then',
      { extended: [extendedLine(0, 7, { cmd: '' }), extendedLine(9, 7, { cmd: 'EXIT' })] },
    ],
  ])('by a crash is an untimely death: %s', (_, logs) => {
    expect(tell(logs)).toMatchObject({ blocks: [{ criterion: 'UntimelyDeath' }], ends: [`${ID} segfault`] });
  });

  it('that no log tells is an untimely death where one would have told', () => {
    expect(tell({ system: [OPENED, systemLine(5, 7, 'x')] })).toMatchObject({
      blocks: [{ criterion: 'UntimelyDeath', context: { elapsedMs: 5 } }],
      ends: [`${ID} killed`],
    });
  });

  it('that no log could have told is none: nothing is invented', () => {
    expect(tell({ trace: [traceLine(0, 7, '<auth:5>: x')] })).toEqual({ blocks: [], ends: [`${ID} unknown`] });
  });

  it('by a module is its criterion', () => {
    const { blocks, ends } = tell({
      extended: [extendedLine(0, 7, { cmd: '' }), extendedLine(9, 7, { cmd: 'EXIT', E: 'Module-specific policy: mod_wrap2' })],
    });
    expect(blocks).toMatchObject([{ criterion: 'ModuleConfig', detail: 'mod_wrap2' }]);
    expect(ends).toEqual([`${ID} module`]);
  });

  it('because the daemon was stopped is a shutdown, not a death', () => {
    const { blocks, ends } = tell({
      system: [OPENED, daemonLine(5, 1, 'ProFTPD killed (signal 15)'), systemLine(205, 7, 'FTP session closed.')],
      extended: [extendedLine(205, 7, { cmd: 'EXIT', E: 'Terminated by signal: Killed by signal' })],
    });
    expect(blocks).toEqual([]);
    expect(ends).toEqual([`${ID} shutdown`]);
  });

  it('by a crash is a death even then', () => {
    const system = [
      OPENED,
      daemonLine(5, 1, 'ProFTPD killed (signal 15)'),
      systemLine(6, 7, 'ProFTPD terminating (signal 11)'),
      CLOSED,
    ];
    expect(tell({ system }).ends).toEqual([`${ID} segfault`]);
  });
});
