import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServiceProcess } from './service-process.ts';
import { RecorderProcess, blocksWhen, filedBlocks, post } from './recorder-process.ts';

const FAILED = { node: 'ftp-1', session: 's', criterion: 'FailedLogin' };
const MAIN = fileURLToPath(new URL('../../apps/standalone/dist/main.js', import.meta.url));

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'fleet-forensics-process-'));
});

afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

describe('the recorder', () => {
  it('keeps its log from a second one, which says so and ends', async () => {
    const first = await RecorderProcess.start(dataDir);
    await expect(RecorderProcess.start(dataDir)).rejects.toThrow(/^standalone ended .*FF_LOG_IN_USE/s);
    await post(first.url, [FAILED]);
    expect(
      await blocksWhen(
        () => filedBlocks(join(dataDir, 'forensic')),
        ({ length }) => length === 1,
      ),
    ).toHaveLength(1);
    expect(await first.kill('SIGTERM')).toBe(0);
  });

  it('names every setting that is wrong, and ends', async () => {
    await expect(RecorderProcess.start(dataDir, { FF_BUFFER_SIZE: '0', FF_CAPTUER: 'x' })).rejects.toThrow(
      'FF_CAPTUER is not a setting; did you mean FF_CAPTURE?',
    );
  });

  it('tells the metrics of all its services in one place', async () => {
    const recorder = await ServiceProcess.start('standalone', { FF_DATA_DIR: dataDir });
    await post(recorder.url, [FAILED]);
    const metrics = async () => (await fetch(`${recorder.opsUrl}/metrics`)).text();
    await expect.poll(metrics).toContain('forensic_writer_filings_total 1\n');
    const text = await metrics();
    expect(text).toContain('forensic_ingest_events_accepted_total{source="http"} 1\n');
    expect(text).toContain('forensic_buffer_blocks_total{criterion="FailedLogin"} 1\n');
    for (const service of ['ingest', 'buffer', 'writer']) {
      expect(text).toContain(`forensic_dead_letters_total{service="${service}"} 0\n`);
    }
    expect(await recorder.kill('SIGTERM')).toBe(0);
  });

  it('goes on when nobody reads what it says any more', async () => {
    const child = spawn(process.execPath, [MAIN], {
      env: { PATH: process.env['PATH'], FF_DATA_DIR: dataDir, FF_INGEST_PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
      said += String(chunk);
      if (/"ready\b/.test(said)) break;
    }
    child.stdout.destroy();
    child.stderr.destroy();
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });
});
