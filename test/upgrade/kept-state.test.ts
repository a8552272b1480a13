import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../tools/kafka/free-port.mjs';
import { run } from '../../apps/cli/src/command-run.fixture.ts';
import { type DrivenSession, isOwed, publishedLines } from '../e2e/driven-session.ts';
import { type InstalledVersion, THIS_VERSION } from '../e2e/installed-version.ts';
import { Load } from '../e2e/load.ts';
import { blocksWhen, filedBlocks, post } from '../e2e/recorder-process.ts';
import { ServiceProcess } from '../e2e/service-process.ts';
import { PreviousVersion } from './previous-version.ts';

const PATIENCE_MS = 60_000;
const OPEN = { node: 'ftp-1', session: 'open' };
const OPEN_LINES = Array.from({ length: 200 }, (_, index) => `line ${index + 1}`);

const previous = PreviousVersion.unpack();
afterAll(() => previous.remove());

describe.each<[string, InstalledVersion, string, InstalledVersion]>([
  [previous.name, previous, THIS_VERSION.name, THIS_VERSION],
  [THIS_VERSION.name, THIS_VERSION, previous.name, previous],
])('what %s left on the disk', (_from, from, name, to) => {
  let dir: string;
  const running: ServiceProcess[] = [];
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-kept-'));
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((service) => service.kill('SIGKILL')));
    rmSync(dir, { recursive: true });
  });

  async function start(...options: Parameters<typeof ServiceProcess.start>): Promise<ServiceProcess> {
    const service = await ServiceProcess.start(...options);
    running.push(service);
    return service;
  }

  /** Each session that is owed a block has it, once and whole. */
  async function expectFiled(root: string, sessions: readonly DrivenSession[]): Promise<void> {
    const owed = sessions.filter(isOwed);
    const blocks = await blocksWhen(
      () => filedBlocks(root),
      ({ length }) => length >= owed.length,
    );
    const linesOf = (session: string) =>
      blocks.filter(({ headers }) => headers['Session'] === session).map(({ lines }) => publishedLines(lines));
    for (const session of owed) expect(linesOf(session.name), session.name).toEqual([session.lines]);
  }

  it(`is gone on with by ${name}: log, rings and journal of a recorder that was killed`, { timeout: PATIENCE_MS }, async () => {
    const settings = { FF_DATA_DIR: join(dir, 'data') };
    const first = await start('standalone', settings, from);
    await post(
      first.url,
      OPEN_LINES.map((message) => ({ ...OPEN, type: 'SystemLog', level: 5, message })),
    );
    const before = new Load(first.url, 'before');
    await before.accepted(100);
    await before.stop();
    await first.kill('SIGKILL');

    const second = await start('standalone', settings, to);
    const after = new Load(second.url, 'after');
    await after.accepted(100);
    await after.stop();
    await post(second.url, [{ ...OPEN, criterion: 'FailedLogin' }]);
    const open: DrivenSession = { name: OPEN.session, lines: OPEN_LINES, requests: [], next: 2 };
    await expectFiled(join(dir, 'data/forensic'), [...before.sessions, ...after.sessions, open]);
    expect(await second.kill('SIGTERM')).toBe(0);
    const { status, out } = await run(['verify', '--all', '--data', join(dir, 'data')]);
    expect([status, out.match(/^(?!intact|note)./gm)]).toEqual([0, null]);
  });

  it(`is forwarded by ${name} to a central ingest of the first: the spool`, { timeout: PATIENCE_MS }, async () => {
    const port = String(await freePort());
    const settings = { FF_DATA_DIR: join(dir, 'agent'), FF_FORWARD_URL: `http://127.0.0.1:${port}` };
    const agent = await start('ingest', settings, from);
    const load = new Load(agent.url, 'spooled');
    await load.accepted(100);
    await load.stop();
    expect(await agent.kill('SIGTERM')).toBe(0);

    const next = await start('ingest', settings, to);
    expect(next.output).toMatch(/\d+ records of an earlier run wait/);
    await start('standalone', { FF_DATA_DIR: join(dir, 'central'), FF_INGEST_PORT: port }, from);
    await expectFiled(join(dir, 'central/forensic'), load.sessions);
    expect(await next.kill('SIGTERM')).toBe(0);
  });
});
