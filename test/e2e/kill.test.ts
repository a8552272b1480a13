import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { FiledBlock } from '@fleet-forensics/standalone/filed-block';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { random } from '../../bench/fleet.ts';
import { type DrivenSession, isOwed, newSession, publishedLines } from './driven-session.ts';
import { RecorderProcess, blocksWhen, filedBlocks, post } from './recorder-process.ts';

/** SIGKILLs of the whole process; each hits at another moment of start, load or recovery. */
const KILLS = Number(process.env['KILLS'] ?? 50);
const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const SESSIONS_AT_ONCE = 8;

let dataDir: string;

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'fleet-forensics-kill-'));
});

afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

/** Sends sessions until the process dies; a request that got no answer is sent again to the next one. */
async function drive(url: string, lane: DrivenSession[], nextSession: () => DrivenSession): Promise<void> {
  for (;;) {
    let session = lane.at(-1);
    if (session === undefined || session.next === session.requests.length) {
      session = nextSession();
      lane.push(session);
    }
    try {
      const { status } = await post(url, session.requests[session.next]!);
      if (status === 202) session.next += 1;
    } catch {
      return;
    }
  }
}

it(
  `after ${KILLS} SIGKILLs every acknowledged criterion's block is there once and whole (seed ${SEED})`,
  { timeout: 600_000 },
  async () => {
    const next = random(SEED);
    const lanes: DrivenSession[][] = Array.from({ length: SESSIONS_AT_ONCE }, () => []);
    let count = 0;
    const nextSession = () => newSession(`s${++count}`, next);
    for (let kill = 0; kill < KILLS; kill++) {
      const recorder = await RecorderProcess.start(dataDir);
      const driven = lanes.map((lane) => drive(recorder.url, lane, nextSession));
      await pause(next() * 400);
      await recorder.kill('SIGKILL');
      await Promise.all(driven);
    }

    const recorder = await RecorderProcess.start(dataDir);
    const acknowledged = lanes.flat().filter(isOwed);
    const read = () => filedBlocks(join(dataDir, 'forensic'));
    const sessionsOf = (blocks: readonly FiledBlock[]) => new Set(blocks.map(({ headers }) => headers['Session']));
    const blocks = await blocksWhen(read, (filed) => {
      const filedSessions = sessionsOf(filed);
      return acknowledged.every(({ name }) => filedSessions.has(name));
    });
    expect(await recorder.kill('SIGTERM')).toBe(0);

    expect(acknowledged.length).toBeGreaterThan(KILLS);
    const bySession = new Map(blocks.map((block) => [block.headers['Session']!, block]));
    expect(blocks.length, 'a block was filed twice').toBe(bySession.size);
    expect(acknowledged.filter(({ name }) => !bySession.has(name)).map(({ name }) => name)).toEqual([]);
    for (const { name, lines } of lanes.flat().filter((session) => bySession.has(session.name))) {
      expect(publishedLines(bySession.get(name)!.lines), name).toEqual(lines);
    }
  },
);
