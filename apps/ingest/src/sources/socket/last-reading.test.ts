import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { frames } from './frames.fixture.ts';
import { hasEnded, SocketIngest } from './socket-ingest.fixture.ts';

/** Connects once for each of the texts on stdin, says it, and ends. */
const SENDER = `
  const net = require('node:net');
  const [path, ...texts] = require('node:fs').readFileSync(0, 'latin1').split('\\n');
  let left = texts.length;
  for (const text of texts) {
    const socket = net.connect(path);
    socket.write(Buffer.from(text, 'base64'), () => { if (--left === 0) process.exit(); });
  }`;

let ingest: SocketIngest;

afterEach(() => ingest.close());

/** Sessions that have come and gone before ingest's event loop gets a turn. */
function sendWhileBusy(sessions: readonly Buffer[]): void {
  const input = [ingest.path, ...sessions.map((said) => said.toString('base64'))].join('\n');
  const { status, stderr } = spawnSync(process.execPath, ['-e', SENDER], { input, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
}

function failedLogin(session: string, ...last: Buffer[]): Buffer {
  return Buffer.concat([frames.open(session), frames.message('one'), frames.criterion(), ...last]);
}

describe('an ingest that is told to end', () => {
  it('reads the sessions that are over and that it had no time to accept, their deaths too', async () => {
    ingest = await SocketIngest.start();
    const closed = Array.from({ length: 300 }, (_, index) => failedLogin(`closed ${index}`, frames.close()));
    const died = Array.from({ length: 50 }, (_, index) => failedLogin(`died ${index}`));
    sendWhileBusy([...closed, ...died]);
    await ingest.source.close();
    const { log, counters, warnings } = ingest;
    await vi.waitUntil(() => log.batches.filter(({ end }) => end).length === 350);
    const criteria = log.batches.flatMap(({ criterion }) => criterion?.name ?? []);
    expect(criteria.filter((name) => name === 'FailedLogin')).toHaveLength(350);
    expect(criteria.filter((name) => name === 'UntimelyDeath')).toHaveLength(50);
    expect(counters.socket).toMatchObject({ connections: 350, messages: 350, untimelyDeaths: 50, closedUnread: 0 });
    expect(warnings).toEqual([]);
  });

  it('says nothing of a session that lives, and has read what it sent', async () => {
    ingest = await SocketIngest.start();
    const socket = await ingest.connect();
    socket.write(failedLogin('lives'));
    sendWhileBusy([failedLogin('over', frames.close())]);
    await ingest.source.close();
    await ingest.when('over', hasEnded);
    const [batch, ...more] = ingest.batchesOf('lives');
    expect([batch?.criterion?.name, batch?.end, more]).toEqual(['FailedLogin', undefined, []]);
    expect(ingest.counters.socket.untimelyDeaths).toBe(0);
  });

  it('does not wait for a log that takes nothing, and says how many connections it has not read', async () => {
    ingest = await SocketIngest.start();
    ingest.log.hold();
    const socket = await ingest.connect();
    const lines = Array.from({ length: 4000 }, () => frames.message('x'.repeat(1000)));
    socket.write(Buffer.concat([frames.open('s'), ...lines]));
    await vi.waitUntil(() => ingest.source.inFlightBytes >= 1024 * 1024, { timeout: 20_000 });
    await ingest.source.close();
    expect(ingest.counters.socket.closedUnread).toBe(1);
    expect(ingest.warnings).toEqual([expect.stringContaining('1 connections were closed before all was read')]);
  });
});
