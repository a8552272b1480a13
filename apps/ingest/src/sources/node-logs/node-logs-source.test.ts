import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, createWriteStream, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { IngestSettings } from '@fleet-forensics/shared/settings/ingest-settings';
import { NodeLogSettings } from '@fleet-forensics/shared/settings/node-log-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Counters } from '../../counters.ts';
import { DetectionRules } from '../../detection/detection-rules.ts';
import { Packer } from '../../packer/packer.ts';
import { POLICY } from '../../packer/packing.fixture.ts';
import { Publisher } from '../../packer/publisher.ts';
import { CriterionNames } from '../../policy/criterion-names.ts';
import { ConstantPolicy } from '../../policy/policy-source.ts';
import type { Source } from '../source.ts';
import { nodeLogsSources } from './node-logs-source.ts';
import { FlakyLog } from './recording.fixture.ts';
import { scratchDir } from './scratch-node.fixture.ts';

const WAIT = { timeout: 20_000 };
/** A PID that no system gives. */
const NOBODY = 9_999_999;
/** Longer than lines are held back. */
const STANDSTILL_MS = 1000;

let scratch: ReturnType<typeof scratchDir>;
let log: FlakyLog;
let counters: Counters;
let warnings: string[];
let close: (() => Promise<void>) | undefined;

beforeEach(() => {
  scratch = scratchDir();
  log = new FlakyLog();
  counters = new Counters();
  warnings = [];
});
afterEach(async () => {
  await close?.();
  close = undefined;
  scratch.remove();
});

async function started(environment: Readonly<Record<string, string>>): Promise<Source> {
  const settings = readSettings(IngestSettings, {});
  const packer = new Packer(settings, new ConstantPolicy(POLICY), counters, () => performance.now());
  const publisher = new Publisher(packer, log.producer({ isOver: false }), counters, () => performance.now());
  const [open] = nodeLogsSources(readSettings(NodeLogSettings, { FF_LOG_UTC_OFFSET: 'Z', ...environment }), scratch.dir);
  const source = await open!({
    node: 'n',
    settings,
    criteria: new CriterionNames([]),
    rules: new DetectionRules([]),
    publisher,
    counters,
    warn: (warning) => warnings.push(warning),
  });
  close = async () => {
    await source.close();
    await publisher.close();
  };
  return source;
}

function systemLine(pid: number, message: string): string {
  const stamp = new Date().toISOString().slice(0, -1).replace('T', ' ').replace('.', ',');
  return `${stamp} ftp-1 proftpd[${pid}] 192.0.2.1 (203.0.113.7[203.0.113.7]): ${message}\n`;
}

function extendedLine(pid: number): string {
  const stamp = new Date().toISOString().slice(0, -1).replace('T', ' ').replace('.', ',');
  const client = 'rip=203.0.113.7 rport=57302 lip=192.0.2.1 lport=21';
  return `uid=x pid=${pid} ${client} t=${stamp} us=0 proto=ftp user=- ouser=- cmd= args=- raw= code=- msg=- in=0 out=0 bytes=- xs=- xf=- euid=1 egid=1 E=\n`;
}

function linesOut(): string[] {
  return [...log.linesBySession.values()].flatMap((ofSession) => [...ofSession.values()]);
}

function published(): number {
  return [...log.linesBySession.values()].reduce((sum, lines) => sum + lines.size, 0);
}

describe('the logs of an unmodified node', () => {
  it('never hold up the server: what a FIFO brings while the log is away is kept up to a bound, and whole lines beyond it are counted', async () => {
    const fifo = join(scratch.dir, 'system');
    await started({ FF_FIFO_SYSTEM_LOG: fifo, FF_NODE_LOGS_BYTES: String(4 * 1024 ** 2) });
    log.fails = true;
    const lines = 8000;
    const server = createWriteStream(fifo, { flags: 'w' });
    for (let line = 0; line < lines; line += 1) {
      if (!server.write(systemLine(process.pid, `${line} ${'x'.repeat(900)}`))) await once(server, 'drain');
    }
    server.end();
    await once(server, 'close');
    await expect.poll(() => counters.nodeLogs.fifoLinesDropped, WAIT).toBeGreaterThan(0);
    log.fails = false;
    await expect.poll(() => published() + counters.nodeLogs.fifoLinesDropped, WAIT).toBe(lines);
  }, 60_000);

  it('tell of a session whose process was killed without a word', async () => {
    const file = join(scratch.dir, 'system');
    await started({ FF_TAIL_SYSTEM_LOG: file });
    const session = spawn('sleep', ['1000']);
    appendFileSync(file, systemLine(session.pid!, 'FTP session opened.'));
    await expect.poll(published, WAIT).toBe(1);
    session.kill('SIGKILL');
    await expect
      .poll(() => log.batches.map(({ criterion, end }) => [criterion?.name, end?.reason]), WAIT)
      .toContainEqual(['UntimelyDeath', undefined]);
    await expect.poll(() => log.batches.flatMap(({ end }) => end?.reason ?? []), WAIT).toEqual(['killed']);
  });

  it('tell of no death where a process says its last word and is gone while ingest stands still', async () => {
    const file = join(scratch.dir, 'system');
    await started({ FF_TAIL_SYSTEM_LOG: file });
    const signal = vi.spyOn(process, 'kill').mockReturnValue(true);
    onTestFinished(() => signal.mockRestore());
    appendFileSync(file, systemLine(NOBODY, 'FTP session opened.'));
    await expect.poll(published, WAIT).toBe(1);
    signal.mockImplementation(() => {
      signal.mockRestore();
      appendFileSync(file, systemLine(NOBODY, 'FTP session closed.'));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STANDSTILL_MS);
      throw Object.assign(new Error('no such process'), { code: 'ESRCH' });
    });
    await expect.poll(() => log.batches.flatMap(({ end }) => end?.reason ?? []), WAIT).toEqual(['closed']);
    expect(log.batches.flatMap(({ criterion }) => criterion?.name ?? [])).toEqual([]);
    expect(log.linesBySession.size).toBe(1);
  });

  it('that stood in a file before the first start are not read; what comes then is, without waiting for a line behind it', async () => {
    const file = join(scratch.dir, 'system');
    appendFileSync(file, systemLine(process.pid, 'before'));
    await started({ FF_TAIL_SYSTEM_LOG: file });
    appendFileSync(file, systemLine(process.pid, 'after'));
    await expect.poll(() => [...log.linesBySession.values()].flatMap((lines) => [...lines.values()]), WAIT).toHaveLength(1);
    expect([...log.linesBySession.values()][0]!.get(1)).toMatch(/: after$/);
  });

  it('are read from where they end when a path is corrected: what was filed once is not filed again', async () => {
    const [wrong, right] = [join(scratch.dir, 'typo'), join(scratch.dir, 'system')];
    appendFileSync(right, systemLine(process.pid, 'before'));
    // File systems and clocks tell times apart by some milliseconds.
    await sleep(50);
    await started({ FF_TAIL_SYSTEM_LOG: wrong });
    await close!();
    await started({ FF_TAIL_SYSTEM_LOG: right });
    appendFileSync(right, systemLine(process.pid, 'after'));
    await expect.poll(linesOut, WAIT).toEqual([expect.stringMatching(/: after$/)]);
  });

  it('go on where one of them can not be read, and that one joins them when it can', async () => {
    const [loop, file] = [join(scratch.dir, 'system'), join(scratch.dir, 'extended')];
    symlinkSync(loop, loop);
    await started({ FF_TAIL_SYSTEM_LOG: loop, FF_TAIL_EXTENDED_LOG: file });
    appendFileSync(file, extendedLine(process.pid));
    await expect.poll(linesOut, WAIT).toHaveLength(1);
    expect(warnings.filter((warning) => warning.includes(`${loop} can't be read`))).toHaveLength(1);
    rmSync(loop);
    appendFileSync(loop, systemLine(process.pid, 'joined'));
    await expect.poll(linesOut, WAIT).toContainEqual(expect.stringMatching(/: joined$/));
  });

  it('are said to need a restart of the server when a FIFO was removed: it goes on writing to the one that is gone', async () => {
    const fifo = join(scratch.dir, 'system');
    await started({ FF_FIFO_SYSTEM_LOG: fifo });
    rmSync(fifo);
    await expect.poll(() => warnings, WAIT).toEqual([expect.stringMatching(/system was gone.*restart ProFTPD/)]);
  });

  it.each([
    ['a log that is named as FIFO and as file', { FF_FIFO_SYSTEM_LOG: '/a', FF_TAIL_SYSTEM_LOG: '/b' }],
    ['two logs in one file', { FF_TAIL_SYSTEM_LOG: '/a', FF_TAIL_TRACE_LOG: '/a' }],
  ])('are refused: %s', (_, environment) => {
    const settings = readSettings(NodeLogSettings, environment);
    expect(() => nodeLogsSources(settings, scratch.dir)).toThrow(expect.objectContaining({ code: 'FF_BAD_SETTING' }));
  });

  it('are refused where a file is expected and a directory is there, and waited for where nothing is', async () => {
    await expect(started({ FF_TAIL_SYSTEM_LOG: scratch.dir })).rejects.toMatchObject({ code: 'FF_BAD_SETTING' });
    const file = join(scratch.dir, 'later');
    await started({ FF_TAIL_SYSTEM_LOG: file });
    expect(warnings).toEqual([expect.stringContaining(`${file} is not there yet`)]);
  });

  it('are no source where no setting names one', () => {
    expect(nodeLogsSources(readSettings(NodeLogSettings, {}), scratch.dir)).toEqual([]);
  });
});
