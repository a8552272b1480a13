import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { isOwed, publishedLines } from './driven-session.ts';
import { Load } from './load.ts';
import { RecorderProcess, blocksWhen, filedBlocks } from './recorder-process.ts';
import { ServiceProcess } from './service-process.ts';

const PATIENCE_MS = 120_000;

it(
  "a node's ingest forwards over a central one's death, and every block is filed once, with all its lines",
  { timeout: PATIENCE_MS },
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-forward-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    const centralDir = join(dir, 'central');
    const central = await RecorderProcess.start(centralDir);
    const agent = await ServiceProcess.start('ingest', { FF_FORWARD_URL: central.url, FF_DATA_DIR: join(dir, 'agent') });
    onTestFinished(async () => void (await agent.kill('SIGKILL')));

    const load = new Load(agent.url, 'forwarded');
    await load.accepted(100);
    await central.kill('SIGKILL');
    await agent.says(/^ready: events go to the spool \(spooling\)/m);
    await load.accepted(100);
    const again = await RecorderProcess.start(centralDir, { FF_INGEST_PORT: new URL(central.url).port });
    await agent.says(/^ready$/m);
    await load.accepted(100);
    await load.stop();

    expect([...load.answers.keys()]).toEqual([202]);
    const owed = load.sessions.filter(isOwed);
    const blocks = await blocksWhen(
      () => filedBlocks(join(centralDir, 'forensic')),
      (filed) => filed.length >= owed.length,
    );
    const linesBySession = new Map(blocks.map(({ headers, lines }) => [headers['Session'], publishedLines(lines)]));
    expect(blocks.length, 'a block was filed twice').toBe(linesBySession.size);
    for (const { name, lines } of owed) expect(linesBySession.get(name), name).toEqual(lines);
    expect(await agent.kill('SIGTERM')).toBe(0);
    expect(await again.kill('SIGTERM')).toBe(0);
  },
);

it.each([
  [{ FF_FORWARD_URL: 'http://user:secret@127.0.0.1:1' }, /FF_FORWARD_URL/],
  [{ FF_FORWARD_URL: 'http://127.0.0.1:1', FF_CAPTURE: 'TraceLog' }, /FF_CAPTURE is decided by the ingest/],
])('settings that would put a secret into a URL, or leave out lines unseen, end the start: %o', async (settings, told) => {
  const agent = ServiceProcess.spawn('ingest', settings);
  expect(await agent.exited).toBe(1);
  expect(agent.output).toMatch(told);
  expect(agent.output).not.toContain('secret');
});
