import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOfToken, newToken } from '@fleet-forensics/shared/access/token';
import type { FiledBlock } from '@fleet-forensics/standalone/filed-block';
import { expect, it, onTestFinished, vi } from 'vitest';
import { isOwed, publishedLines } from './driven-session.ts';
import { FloodChild } from './flood-child.ts';
import type { FloodPlan, FloodReport } from './flood-process.ts';
import { PatientLoad } from './patient-load.ts';
import { filedBlocks } from './recorder-process.ts';
import { ServiceProcess } from './service-process.ts';

const PATIENCE_MS = 300_000;
const MIB = 1024 * 1024;

/** What ingest takes at most under the settings below, MiB: measured 350 to 490, of which 64 may be bodies and some 140 are an ingest at rest. */
const LIMIT_MIB = 512;

const LIMITS = {
  FF_INGEST_INFLIGHT_BYTES: String(64 * MIB),
  // So few that the mad node goes beyond it whatever the machine is.
  FF_TOKEN_EVENTS_PER_S: '2000',
  // So few that they are used up while the central ingest is away.
  FF_SPOOL_BYTES: String(4 * MIB),
};

/** Connections at once: attack, clients, and the address they come from. */
const ATTACKS: FloodPlan['attacks'] = [
  ['silent', 700, '127.0.0.2'],
  ['idle', 250, '127.0.0.2'],
  ['slow', 850, '127.0.0.3'],
  ['halfClosed', 100, '127.0.0.3'],
  ['unknown', 100, '127.0.0.4'],
  ['wrong', 200, '127.0.0.4'],
  ['oversized', 50, '127.0.0.4'],
  ['headers', 50, '127.0.0.4'],
  ['mad', 100, '127.0.0.4'],
  ['bytewise', 20, '127.0.0.4'],
  ['pipelined', 20, '127.0.0.4'],
  ['bomb', 10, '127.0.0.4'],
];

const LEAST_CONNECTIONS = 2000;
/** What the flood hears at least; 503 with its Retry-After the good nodes hear. */
const EVERY_ANSWER = [202, 400, 401, 404, 429, 431];

it(
  "2,000 flooding connections don't stop other nodes' events, ingest's memory stays under its limit, and every 202 is honoured",
  { timeout: PATIENCE_MS },
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-flood-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    const [good, mad] = [newToken(), newToken()];
    writeFileSync(join(dir, 'tokens'), `sha256:${hashOfToken(good)} node=ftp-1\nsha256:${hashOfToken(mad)} node=mad\n`);
    const central = await started('standalone', { FF_DATA_DIR: join(dir, 'central') });
    const forwards = { FF_TOKENS_FILE: join(dir, 'tokens'), FF_FORWARD_URL: central.url, FF_DATA_DIR: join(dir, 'ingest') };
    const ingest = await started('ingest', { ...forwards, ...LIMITS });

    const flood = new FloodChild({ port: portOf(ingest), token: mad, attacks: ATTACKS });
    onTestFinished(() => flood.kill());
    await flood.until(({ mostOpen }) => mostOpen >= LEAST_CONNECTIONS, PATIENCE_MS);
    const load = new PatientLoad({ url: ingest.url, token: good });
    onTestFinished(() => load.stop());
    await load.answered(202, 100, PATIENCE_MS);

    await central.kill('SIGKILL');
    await load.answered(503, 1, PATIENCE_MS);
    await started('standalone', { FF_DATA_DIR: join(dir, 'central'), FF_INGEST_PORT: String(portOf(central)) });
    await load.answered(202, 100, PATIENCE_MS);
    await flood.until(({ answers }) => EVERY_ANSWER.every((status) => countOf(answers, status) > 0), PATIENCE_MS);

    const peakMib = peakRssMib(ingest.pid);
    expect(await ingest.kill('SIGTERM')).toBe(0);
    await load.stop();
    const { honoured, withoutRetryAfter } = await flood.ask('stop');
    expect(withoutRetryAfter).toEqual([]);
    expect(load.wrongAnswers).toEqual([]);
    expect(peakMib).toBeLessThan(LIMIT_MIB);

    // What waited in its spool goes on with the next one.
    await started('ingest', { ...forwards, ...LIMITS });
    const owed = load.sessions.filter(isOwed);
    const linesBySession = await blocksOf(join(dir, 'central', 'forensic'), [...owed.map(({ name }) => name), ...honoured]);
    for (const { name, lines } of owed) expect(linesBySession.get(name), name).toEqual(lines);
    for (const name of honoured) expect(linesBySession.get(name), name).toHaveLength(50);
  },
);

async function started(app: 'ingest' | 'standalone', environment: Readonly<Record<string, string>>): Promise<ServiceProcess> {
  const service = await ServiceProcess.start(app, environment);
  onTestFinished(async () => void (await service.kill('SIGKILL')));
  return service;
}

function portOf({ url }: ServiceProcess): number {
  return Number(new URL(url).port);
}

function countOf(answers: FloodReport['answers'], status: number): number {
  return answers.find(([told]) => told === String(status))?.[1] ?? 0;
}

/** Lines by session, when there is a block of each. */
async function blocksOf(forensicRoot: string, sessions: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const filed = new Map<string, readonly string[]>();
  const take = ({ headers, lines }: FiledBlock) => filed.set(headers['Session']!, publishedLines(lines));
  const areAllThere = () => {
    for (const block of filedBlocks(forensicRoot)) take(block);
    return sessions.every((session) => filed.has(session));
  };
  await vi.waitUntil(areAllThere, { timeout: PATIENCE_MS, interval: 500 });
  return filed;
}

/** The most memory that a process has had. */
function peakRssMib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)![1]) / 1024);
}
