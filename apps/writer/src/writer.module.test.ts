import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BusServer } from '@fleet-forensics/shared/bus/bus-server';
import type { Bus, Consumer, ConsumerHandlers } from '@fleet-forensics/shared/bus/port';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { WriterSettings } from '@fleet-forensics/shared/settings/writer-settings';
import { encodeBlockPart } from '@fleet-forensics/shared/wire/codec';
import { blockHeader, blockId, messageList } from './block.fixture.ts';
import { WriterCounters } from './writer-counters.ts';
import { WriterModule } from './writer.module.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'ff-writer-module-'));
});
afterEach(() => rmSync(base, { recursive: true }));

/** A log that hands over what the test gives it. */
function oneShotBus(effects: string[]): { bus: Bus; handlers: () => ConsumerHandlers; consumer: Consumer } {
  const consumer: Consumer = {
    seek: () => undefined,
    pause: () => undefined,
    resume: () => undefined,
    heartbeat: async () => undefined,
    close: async () => undefined,
    commit: async (_, { offset }) => {
      effects.push(`commit ${offset}`);
    },
  };
  let joined: ConsumerHandlers | undefined;
  const bus: Bus = {
    ensureTopics: async () => undefined,
    producer: () => ({
      send: async (topic) => {
        effects.push(topic);
      },
    }),
    consume: async (options, handlers) => {
      effects.push(`consume ${options.topics.join()}`);
      joined = handlers;
      return consumer;
    },
    offsets: async () => ({ begin: 0, end: 0 }),
    close: async () => undefined,
  };
  return { bus, handlers: () => joined!, consumer };
}

describe('the writer as a Nest application', () => {
  it('files what comes on forensic.blocks, and lets go of its journal when it is closed', async () => {
    const effects: string[] = [];
    const { bus, handlers, consumer } = oneShotBus(effects);
    const settings = readSettings(WriterSettings, {});
    const module = WriterModule.register({
      bus,
      settings,
      root: join(base, 'root'),
      journal: join(base, 'journal'),
      warn: () => {},
    });
    const failed = (error: unknown): void => {
      effects.push(String(error));
    };
    const strategy = new BusServer({ bus, group: 'writer', maxBatchRecords: 10, maxBatchBytes: 1_000_000, failed });
    const app = await NestFactory.createMicroservice(module, { strategy, logger: false });
    await app.listen();

    const place = { topic: 'forensic.blocks', partition: 0, epoch: 1 };
    await handlers().assigned([{ ...place, begin: 0, end: 1, committed: null }], consumer);
    const messages = messageList([{ text: 'x' }]);
    const value = encodeBlockPart({ blockId: blockId('a'), part: 0, parts: 1, header: blockHeader(1), messages });
    await handlers().batch({ ...place, records: [{ offset: 0, timeMs: 1, key: null, value }], end: 1 }, consumer);
    await handlers().revoked([place], consumer);

    expect(readFileSync(join(base, 'root/forensic.log'), 'utf8')).toContain('\n\n[TraceLog:7] x\n-----END');
    expect(effects).toEqual(['consume forensic.blocks', 'forensic.filings', 'commit 1']);
    expect(app.get(WriterCounters).filed).toBe(1);
    await app.close();
    expect(() => readFileSync(join(base, 'journal-wal'))).toThrow('ENOENT');
  });
});
