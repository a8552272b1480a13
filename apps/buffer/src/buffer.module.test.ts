import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestMicroservice } from '@nestjs/common';
import { startBusApp } from '@fleet-forensics/shared/bus/bus-app';
import { EmbeddedLog } from '@fleet-forensics/shared/bus/embedded/embedded-log';
import { sessionKey } from '@fleet-forensics/shared/session-key';
import { BufferSettings } from '@fleet-forensics/shared/settings/buffer-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { BLOCKS, SESSION_EVENTS, TOPICS } from '@fleet-forensics/shared/topics';
import { decodeBlockPart, encodeBatch } from '@fleet-forensics/shared/wire/codec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BufferModule } from './buffer.module.ts';
import { type BatchFields, POLICY, criterion, sessionBatch } from './fold/log.fixture.ts';
import { readinessOf } from './restoration.ts';
import { SessionBuffer } from './session-buffer.ts';

let dir: string;
let log: EmbeddedLog;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-buffer-'));
  log = new EmbeddedLog({ dir });
  await log.ensureTopics(TOPICS);
});

afterEach(async () => {
  await log.close();
  rmSync(dir, { recursive: true, force: true });
});

async function publish(session: string, fields: BatchFields): Promise<void> {
  const key = Buffer.from(sessionKey('ftp-1', session));
  await log.producer().send(SESSION_EVENTS, [{ key, value: encodeBatch(sessionBatch(session, fields)) }]);
}

async function startBuffer(
  environment: Record<string, string> = {},
  shorter: Partial<BufferSettings> = {},
): Promise<INestMicroservice> {
  const settings = Object.assign(readSettings(BufferSettings, environment), shorter);
  const failed = (error: unknown) => expect.fail(String(error));
  const options = { bus: log, group: 'buffer', maxBatchRecords: 100, maxBatchBytes: 1_000_000, failed };
  return (await startBusApp(BufferModule.register({ bus: log, settings, warn: failed }), options)).app;
}

function sessionsIn(buffer: INestMicroservice): number {
  return buffer.get(SessionBuffer).owners.reduce((sum, { fold }) => sum + fold.sessionCount, 0);
}

/** Messages counted in each block that has been emitted, as its ledger says. */
async function emitted(): Promise<{ session: string; received: number }[]> {
  const found: { session: string; received: number }[] = [];
  const consumer = await log.consume(
    { group: `witness ${Math.random()}`, topics: [BLOCKS], maxBatchRecords: 100, maxBatchBytes: 1_000_000 },
    {
      assigned: async () => {},
      revoked: async () => {},
      failed: (error) => expect.fail(String(error)),
      batch: async ({ records }) => {
        for (const { value } of records) {
          const { session, ledger } = decodeBlockPart(value).header!;
          found.push({ session, received: ledger.received });
        }
      },
    },
  );
  await expect.poll(async () => found.length === (await blockCount())).toBe(true);
  await consumer.close();
  return found;
}

async function blockCount(): Promise<number> {
  let count = 0;
  for (let partition = 0; partition < 6; partition++) count += (await log.offsets({ topic: BLOCKS, partition })).end;
  return count;
}

describe('the buffer on a log', () => {
  it('goes on after a hand-over where the one before stopped: each block once, with the lines of both', async () => {
    const first = await startBuffer();
    await publish('s', { policy: POLICY, lines: ['one'], criterion: criterion('FailedLogin') });
    await publish('t', { policy: POLICY, lines: ['one'] });
    await expect.poll(blockCount).toBe(1);
    await first.close();
    const second = await startBuffer();
    await publish('t', { lines: ['two'], criterion: criterion('FailedLogin') });
    await expect.poll(blockCount).toBe(2);
    await second.close();
    expect(await emitted()).toEqual(
      expect.arrayContaining([
        { session: 's', received: 1 },
        { session: 't', received: 2 },
      ]),
    );
  });

  it('is restored when every partition is as it was', async () => {
    const first = await startBuffer({ FF_BUFFER_COMMIT_MS: '0' });
    await publish('s', { policy: POLICY, lines: ['one'] });
    await expect.poll(() => sessionsIn(first)).toBe(1);
    await first.close();
    const second = await startBuffer();
    const buffer = second.get(SessionBuffer);
    await expect.poll(() => readinessOf(buffer)).toEqual({ isReady: true, why: ['12 partitions'] });
    expect(sessionsIn(second)).toBe(1);
    await second.close();
  });

  it('writes the time to the log, and drops with it who fell silent', async () => {
    const buffer = await startBuffer({ FF_BUFFER_TICK_MS: '100' }, { idleS: 1 });
    await publish('s', { policy: POLICY, lines: ['one'] });
    const expired = () => buffer.get(SessionBuffer).owners.reduce((sum, { fold }) => sum + fold.counters.expired, 0);
    await expect.poll(expired, { timeout: 10_000 }).toBe(1);
    await buffer.close();
  });

  it('reads a bounded part of the log after a restart, however long a session lives, and has its whole ring', async () => {
    const shorter = { checkpointBytes: 100_000, commitMs: 0 };
    const first = await startBuffer({}, shorter);
    const lines = ['x'.repeat(1000)];
    await publish('s', { policy: { ...POLICY, bufferSize: 10 }, firstSeq: 1, lines: ['one'] });
    for (let line = 2; line <= 600; line++) await publish('s', { firstSeq: line, lines });
    const checkpoints = () => first.get(SessionBuffer).counts.checkpoints;
    await expect.poll(() => first.get(SessionBuffer).counts.messages).toBe(600);
    expect(checkpoints()).toBeGreaterThan(2);
    await first.close();
    const second = await startBuffer({}, shorter);
    const buffer = second.get(SessionBuffer);
    await expect.poll(() => readinessOf(buffer)).toEqual({ isReady: true, why: ['12 partitions'] });
    expect(buffer.counts.messages).toBeLessThan(300);
    await publish('s', { criterion: criterion('FailedLogin', { seq: 601 }) });
    await expect.poll(blockCount).toBe(1);
    expect(await emitted()).toEqual([{ session: 's', received: 600 }]);
    await second.close();
  });
});
