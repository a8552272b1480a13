import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noCounts } from '@fleet-forensics/buffer/fold/fold-counters';
import { noBufferCounts } from '@fleet-forensics/buffer/buffer-counters';
import { Counters } from '@fleet-forensics/ingest/counters';
import { type Recorder, startRecorder } from '@fleet-forensics/standalone/recorder';
import { WriterCounters } from '@fleet-forensics/writer/writer-counters';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { post } from './recorder-process.ts';

/** So many, read one by one, take longer to restore than a look at the readiness. */
const SESSIONS = 5000;

describe('all services in one process', () => {
  let dataDir: string;
  let recorder: Recorder;

  async function start(): Promise<void> {
    const warn = (warning: string) => expect.fail(warning);
    const environment = { FF_DATA_DIR: dataDir, FF_INGEST_PORT: '0', FF_FETCH_RECORDS: '1' };
    recorder = await startRecorder({ environment, warn });
  }

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'fleet-forensics-all-'));
    await start();
  });

  afterEach(async () => {
    await recorder.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('are not ready while rings are restored: until then no block is filed', { timeout: 120_000 }, async () => {
    const sessions = Array.from({ length: SESSIONS }, (_, index) => ({ node: 'ftp-1', session: `s${index}` }));
    const lines = sessions.map((session) => ({ ...session, type: 'SystemLog', level: 5, message: 'hello' }));
    expect((await post(recorder.url, lines)).status).toBe(202);
    await expect.poll(() => recorder.counts()['messages'], { timeout: 60_000 }).toBe(SESSIONS);
    await recorder.close();
    await start();
    expect(recorder.readiness.isReady).toBe(false);
    const isRestoring = { isReady: false, why: [expect.stringMatching(/^restoring \d+ of 12 partitions$/)] };
    await expect.poll(() => recorder.readiness, { interval: 1 }).toEqual(isRestoring);
    await expect.poll(() => recorder.readiness, { timeout: 60_000 }).toEqual({ isReady: true, why: [] });
  });

  it('count under one name only what is one thing: files removed are no sessions expired', () => {
    const ofServices = [new Counters().totals, { ...noCounts(), ...noBufferCounts() }, new WriterCounters()];
    const names = ofServices.flatMap((counts) => Object.keys(counts));
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual(['deadLetters']);
  });
});
