import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOfToken, newToken } from '@fleet-forensics/shared/access/token';
import { expect, it, onTestFinished, vi } from 'vitest';
import { isOwed, publishedLines } from './driven-session.ts';
import type { FloodPlan, FloodReport } from './flood-process.ts';
import { Load } from './load.ts';
import { RecorderProcess, blocksWhen, filedBlocks } from './recorder-process.ts';
import { ServiceProcess } from './service-process.ts';

const PATIENCE_MS = 300_000;
const MIB = 1024 * 1024;

/** What ingest takes at most under the settings below, MiB: measured 350 to 550, of which 64 may be bodies and some 130 are an ingest at rest. */
const LIMIT_MIB = 768;

const LIMITS = {
  FF_INGEST_INFLIGHT_BYTES: String(64 * MIB),
  // Far above what a good node sends here: the rate holds for it, too.
  FF_TOKEN_EVENTS_PER_S: '20000',
  FF_SPOOL_BYTES: String(256 * MIB),
};

/** Connections at once: attack, clients, and the address they come from. */
const ATTACKS: FloodPlan['attacks'] = [
  ['silent', 950, '127.0.0.2'],
  ['slow', 850, '127.0.0.3'],
  ['halfClosed', 100, '127.0.0.3'],
  ['unknown', 100, '127.0.0.4'],
  ['oversized', 50, '127.0.0.4'],
  ['headers', 50, '127.0.0.4'],
  ['mad', 50, '127.0.0.4'],
  ['bytewise', 5, '127.0.0.4'],
  ['pipelined', 5, '127.0.0.4'],
  ['bomb', 5, '127.0.0.4'],
];

it(
  "2,000 flooding connections cost other nodes nothing, ingest's memory stays under its limit, and every 202 is honoured",
  { timeout: PATIENCE_MS },
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-flood-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    const [good, mad] = [newToken(), newToken()];
    writeFileSync(join(dir, 'tokens'), `sha256:${hashOfToken(good)} node=ftp-1\nsha256:${hashOfToken(mad)} node=mad\n`);
    const central = await RecorderProcess.start(join(dir, 'central'));
    onTestFinished(async () => void (await central.kill('SIGKILL')));
    const environment = { FF_TOKENS_FILE: join(dir, 'tokens'), FF_FORWARD_URL: central.url, FF_DATA_DIR: join(dir, 'ingest') };
    const ingest = await ServiceProcess.start('ingest', { ...environment, ...LIMITS });
    onTestFinished(async () => void (await ingest.kill('SIGKILL')));

    const flood = new FloodProcess({ port: Number(new URL(ingest.url).port), token: mad, attacks: ATTACKS });
    onTestFinished(() => flood.kill());
    await flood.until(({ mostOpen }) => mostOpen >= 2000);
    const load = new Load(ingest.url, 'flooded', good);
    await load.accepted(100);
    await flood.until(({ answers }) => answers.some(([status, count]) => status === '429' && count > 20));
    await load.accepted(1);
    await load.stop();
    const { honoured: honouredMad, withoutRetryAfter } = await flood.ask('stop');

    expect([...load.answers.keys()]).toEqual([202]);
    expect(withoutRetryAfter).toEqual([]);
    expect(peakRssMib(ingest.pid)).toBeLessThan(LIMIT_MIB);
    const owed = load.sessions.filter(isOwed);
    const honoured = new Set([...honouredMad, ...owed.map(({ name }) => name)]);
    const blocks = await blocksWhen(
      () => filedBlocks(join(dir, 'central', 'forensic')),
      (filed) => filed.filter(({ headers }) => honoured.has(headers['Session']!)).length >= honoured.size,
    );
    const linesBySession = new Map(blocks.map(({ headers, lines }) => [headers['Session'], publishedLines(lines)]));
    for (const { name, lines } of owed) expect(linesBySession.get(name), name).toEqual(lines);
    for (const name of honouredMad) expect(linesBySession.get(name), name).toHaveLength(50);
    expect(await ingest.kill('SIGTERM')).toBe(0);
  },
);

/** {@link Flood} in a process of its own. */
class FloodProcess {
  readonly #child: ChildProcess;

  constructor(plan: FloodPlan) {
    const execArgv = ['--experimental-transform-types', '--disable-warning=ExperimentalWarning'];
    this.#child = fork(new URL('flood-process.ts', import.meta.url), { execArgv });
    this.#child.send(plan);
  }

  async ask(what: 'report' | 'stop'): Promise<FloodReport> {
    this.#child.send(what);
    // What it told of the plan, or of an earlier question, has come before.
    const [report] = (await once(this.#child, 'message')) as [FloodReport];
    return report;
  }

  async until(isSo: (report: FloodReport) => boolean): Promise<void> {
    await vi.waitUntil(async () => isSo(await this.ask('report')), { timeout: PATIENCE_MS, interval: 200 });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

/** The most memory that a process has had. */
function peakRssMib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)![1]) / 1024);
}
