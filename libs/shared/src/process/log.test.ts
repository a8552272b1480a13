import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MAX_WAITING } from './log-output.ts';
import { openLog } from './log.ts';

const FIXTURE = join(import.meta.dirname, 'log.fixture.ts');
const TYPES = ['--experimental-transform-types', '--disable-warning=ExperimentalWarning'];
const LINES = 5000;

/** A process that logs, and whose output goes where the test wants. */
class LoggingProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly #reports: AsyncIterator<string>;

  constructor(stdout: 'pipe' | number, lines = LINES) {
    this.child = spawn(process.execPath, [...TYPES, FIXTURE, String(lines)], {
      env: { PATH: process.env['PATH'] },
      stdio: ['pipe', stdout, 'pipe'],
    });
    this.#reports = createInterface({ input: this.child.stderr! })[Symbol.asyncIterator]();
    this.ended = once(this.child, 'exit').then(([status]) => status as number | null);
    onTestFinished(() => void this.child.kill('SIGKILL'));
  }

  /** What it reports next. */
  async reports(): Promise<{ dropped: number; waiting?: number }> {
    const { value } = (await this.#reports.next()) as { value: string };
    return JSON.parse(value.slice(value.indexOf('{'))) as { dropped: number; waiting?: number };
  }

  goOn(): void {
    this.child.stdin!.write('\n');
  }
}

describe('a log whose reader stands still', () => {
  it('keeps a bounded number of lines, counts the others, and does not hold the process up', async () => {
    const logging = new LoggingProcess('pipe');
    const { dropped, waiting } = await logging.reports();
    expect(dropped).toBeGreaterThan(LINES / 2);
    expect(waiting).toBeLessThanOrEqual(MAX_WAITING);
    logging.goOn();
    expect((await logging.reports()).dropped).toBeGreaterThanOrEqual(dropped);
    expect(await logging.ended).toBe(0);
  });

  it('says how many lines are missing when it is read again, and goes on', async () => {
    const logging = new LoggingProcess('pipe');
    const { dropped } = await logging.reports();
    const said: string[] = [];
    const reading = createInterface({ input: logging.child.stdout! });
    const told = new Promise<void>((resolve) => {
      reading.on('line', (line) => {
        const { msg } = JSON.parse(line) as { msg: string };
        said.push(msg);
        if (msg.includes('were dropped')) resolve();
      });
    });
    await told;
    expect(said.at(-1)).toBe(`${dropped} lines of this log were dropped: they could not be written`);
    expect(said.filter((message) => message.startsWith('line '))).toHaveLength(LINES - dropped);
    logging.goOn();
    await once(reading, 'close');
    expect(said.at(-1)).toBe('the last line');
    expect(await logging.ended).toBe(0);
  });
});

it('a log whose reader is gone keeps nothing, and the process goes on to its end', async () => {
  const logging = new LoggingProcess('pipe');
  logging.child.stdout!.destroy();
  expect((await logging.reports()).waiting).toBeLessThan(MAX_WAITING / 10);
  logging.goOn();
  expect((await logging.reports()).dropped).toBeGreaterThan(LINES / 2);
  expect(await logging.ended).toBe(0);
});

it('a log on a full disk drops lines, counts them, and the process goes on to its end', async () => {
  const full = openSync('/dev/full', 'w');
  const logging = new LoggingProcess(full, 50);
  closeSync(full);
  await logging.reports();
  logging.goOn();
  expect(await logging.reports()).toEqual({ dropped: 51 });
  expect(await logging.ended).toBe(0);
});

describe('the format', () => {
  async function said(format: 'auto' | 'json' | 'pretty', isTTY: boolean): Promise<string> {
    const stream = Object.assign(new PassThrough(), { isTTY });
    const log = await openLog('ingest', { level: 'info', format }, stream);
    log.warn('evil \u001b[2J\nready: http://tj:secret@host', { code: 'FF_X', partition: 3 });
    await log.flushed();
    stream.end();
    return text(stream);
  }

  it('is JSON where nobody looks', async () => {
    const line = await said('auto', false);
    expect(line.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(line)).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      service: 'ingest',
      code: 'FF_X',
      partition: 3,
      msg: 'evil \u001b[2J\nready: http://…@host',
    });
  });

  it('is for people on a terminal, where no line of others looks like one of the log', async () => {
    const lines = (await said('auto', true)).trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/\d\d:\d\d:\d\d.*WARN/);
    expect(lines[0]).toContain(String.raw`evil \x1b[2J`);
    expect(lines[1]).toContain('    ready: http://…@host');
  });

  it('for people elsewhere has no colours', async () => {
    expect(await said('pretty', false)).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] WARN: evil \\x1b\[2J\n {4}ready: http:\/\/…@host\n$/);
  });
});
