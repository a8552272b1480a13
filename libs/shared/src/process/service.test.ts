import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

const FIXTURE = join(import.meta.dirname, 'service.fixture.ts');
const TYPES = ['--experimental-transform-types', '--disable-warning=ExperimentalWarning'];

/** A process of the running test, and what it says. */
class Run {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  said = '';

  constructor(kind: string) {
    this.child = spawn(process.execPath, [...TYPES, FIXTURE, kind], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.on('data', (chunk: Buffer) => {
        this.said += chunk.toString();
      });
    }
    this.ended = once(this.child, 'close').then(([status]) => status as number | null);
    onTestFinished(() => void this.child.kill('SIGKILL'));
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
    // Of two outputs, each in order.
    const lines = run.said.trimEnd().split('\n');
    expect(lines).toContain('warning: it starts');
    const [health, ...rest] = lines.filter((line) => !line.startsWith('warning: '));
    expect(health).toMatch(/^health and metrics: http:\/\/127\.0\.0\.1:\d+$/);
    expect(rest).toEqual([
      'here it is',
      'restoring 2 of 2 partitions; Ctrl-C ends',
      'ready: 2 partitions',
      'draining …',
      'closed 1',
    ]);
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
