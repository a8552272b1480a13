import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

const WAIT = { timeout: 20_000 };
const FIXTURE = join(import.meta.dirname, 'service.fixture.ts');
const TYPES = ['--experimental-transform-types', '--disable-warning=ExperimentalWarning'];

/** A process of the running test, and what it says. */
class Run {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  /** Of its log the messages. */
  said = '';
  /** The lines of its log. */
  readonly lines: Record<string, unknown>[] = [];

  constructor(kind: string, settings: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, [...TYPES, FIXTURE, kind], {
      env: { PATH: process.env['PATH'], ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      createInterface({ input: stream }).on('line', (line) => this.#hear(line));
    }
    this.ended = once(this.child, 'close').then(([status]) => status as number | null);
    onTestFinished(() => void this.child.kill('SIGKILL'));
  }

  #hear(line: string): void {
    const entry = line.startsWith('{') ? (JSON.parse(line) as Record<string, unknown>) : { msg: line };
    this.lines.push(entry);
    this.said += `${String(entry['msg'])}\n`;
  }

  async says(text: string): Promise<void> {
    await vi.waitUntil(() => this.said.includes(text), { timeout: 20_000 });
  }

  /** Status and body. */
  async answer(path: string): Promise<string> {
    const response = await fetch(`${/health and metrics: (\S+)/.exec(this.said)![1]}${path}`);
    return `${response.status} ${await response.text()}`;
  }
}

describe('a service', () => {
  it('says where it is, when it gets ready, and what it did when it is told to end', async () => {
    const run = new Run('restores');
    await run.says('ready: 2 partitions');
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    const [health, ...rest] = run.said.trimEnd().split('\n');
    expect(health).toMatch(/^health and metrics: http:\/\/127\.0\.0\.1:\d+$/);
    expect(rest).toEqual([
      'it starts',
      'here it is',
      'restoring 2 of 2 partitions; Ctrl-C ends',
      'ready: 2 partitions',
      'draining …',
      'closed 1',
    ]);
  });

  it('says in each line when, how severe and which service, and in fields what is more than a sentence', async () => {
    const run = new Run('restores');
    await run.says('ready: 2 partitions');
    run.child.kill('SIGTERM');
    await run.ended;
    const [health, warning] = run.lines;
    expect(health).toMatchObject({ level: 'info', msg: expect.stringMatching(/^health and metrics: /) });
    expect(warning).toEqual({ level: 'warn', time: expect.any(String), service: 'ingest', msg: 'it starts' });
    expect(Date.parse(String(warning!['time']))).toBeGreaterThan(0);
    expect(run.lines.at(-1)).toMatchObject({ level: 'info', msg: 'closed 1', counts: { closed: 1 } });
  });

  it('says nothing below its level', async () => {
    const run = new Run('crashes', { FF_LOGGING_LEVEL: 'error' });
    await run.ended;
    expect(run.lines).toMatchObject([{ level: 'error', code: 'FF_GONE', msg: 'FF_GONE: it can not go on' }]);
  });

  it('does not start with a wrong setting of its log, and says so in the usual one', async () => {
    const run = new Run('restores', { FF_LOGGING_FORMAT: 'xml' });
    expect(await run.ended).toBe(1);
    expect(run.lines).toMatchObject([{ level: 'error', code: 'FF_BAD_SETTING' }]);
    expect(run.said).toContain('FF_LOGGING_FORMAT="xml" is not valid: expected auto, json or pretty');
  });

  it('that does not start says why, with status 1', async () => {
    const run = new Run('refused');
    expect(await run.ended).toBe(1);
    expect(run.said).toContain('\nFF_BAD_SETTING: this is wrong\n');
  });

  it('that can not go on drains first, with status 1: its supervisor starts it again', async () => {
    const run = new Run('crashes');
    expect(await run.ended).toBe(1);
    expect(run.said).toMatch(/FF_GONE: it can not go on\n.*draining …\nclosed 1\n$/s);
  });

  it('ends while it still waits to start', async () => {
    const run = new Run('waits');
    await run.says('it starts');
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
  });

  it('answers while it starts, while it runs, and while it drains, when nothing new is to come to it any more', async () => {
    const waits = new Run('waits');
    await waits.says('it starts');
    expect(await waits.answer('/readyz')).toBe('503 {"ready":false,"why":["starting"]}');
    expect(await waits.answer('/livez')).toBe('200 {"alive":true,"why":[]}');
    const run = new Run('drains');
    await run.says('here it is');
    expect(await run.answer('/version')).toMatch(/"name":"ingest"/);
    expect(await run.answer('/metrics')).toContain('forensic_closed_total 0\n');
    expect(await run.answer('/metrics')).toContain('forensic_log_lines_dropped_total 0\n');
    expect(await run.answer('/metrics')).toContain('forensic_spans_total{outcome="exported"} 0\n');
    run.child.kill('SIGTERM');
    await run.says('draining');
    expect(await run.answer('/readyz')).toBe('503 {"ready":false,"why":["draining"]}');
    expect(await run.answer('/metrics')).toContain('forensic_closed_total 1\n');
  });

  it('that only a restart mends says so to its supervisor', async () => {
    const run = new Run('stuck');
    await run.says('here it is');
    expect(await run.answer('/livez')).toBe('503 {"alive":false,"why":["it hangs"]}');
  });

  it('goes on at a SIGHUP, which asks it for no more than to read files that it does not have', async () => {
    const run = new Run('restores');
    await run.says('ready: 2 partitions');
    run.child.kill('SIGHUP');
    expect(await run.answer('/livez')).toMatch(/^200 /);
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
  });

  it('drains when the terminal that it runs on is closed, and not at a SIGHUP before', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-service-'));
    const file = join(dir, 'said');
    const said = () => (existsSync(file) ? readFileSync(file, 'utf8') : '');
    const command = `exec ${[process.execPath, ...TYPES, FIXTURE, 'restores'].join(' ')} >${file} 2>&1`;
    const terminal = spawn('script', ['-qc', command, '/dev/null'], { env: { PATH: process.env['PATH'] }, stdio: 'ignore' });
    await expect.poll(said, WAIT).toContain('ready: 2 partitions');
    const { pid } = terminal;
    const service = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'));
    onTestFinished(() => {
      if (existsSync(`/proc/${service}`)) process.kill(service, 'SIGKILL');
      rmSync(dir, { recursive: true });
    });
    process.kill(service, 'SIGHUP');
    await pause(500);
    expect(said()).not.toContain('draining');
    terminal.kill('SIGKILL');
    await expect.poll(said, WAIT).toMatch(/draining ….*closed 1/s);
  });

  it('that can not be drained in time says so, with status 1', async () => {
    const run = new Run('hangs');
    await run.says('here it is');
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(1);
    expect(run.said).toContain('not drained after 1 ms');
  });

  it('ends at once when it is told a second time', async () => {
    const run = new Run('drains');
    await run.says('here it is');
    run.child.kill('SIGINT');
    await run.says('draining');
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(1);
  });
});
