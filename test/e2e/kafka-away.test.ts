import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../tools/kafka/free-port.mjs';
import { post } from './recorder-process.ts';
import { ServiceProcess, type ServiceName } from './service-process.ts';

const PATIENCE_MS = 60_000;

let dataDir: string;
let environment: Record<string, string>;
let service: ServiceProcess;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'fleet-forensics-away-'));
  environment = { FF_DATA_DIR: dataDir, FF_KAFKA_BROKERS: `127.0.0.1:${await freePort()}`, FF_KAFKA_REQUEST_TIMEOUT_MS: '1000' };
});

afterEach(async () => {
  await service.kill('SIGKILL');
  rmSync(dataDir, { recursive: true });
});

describe('where no Kafka is', () => {
  it.each<[ServiceName, Record<string, string>]>([
    ['buffer', {}],
    ['writer', {}],
    ['ingest', { FF_SPOOL_BYTES: '0' }],
  ])(
    '%s waits for it, says so, and ends when it is told to',
    async (app, settings) => {
      service = ServiceProcess.spawn(app, { ...environment, ...settings });
      await service.says(/waiting for Kafka: /);
      expect(service.output).not.toContain('ready');
      expect(await service.kill('SIGTERM')).toBe(0);
    },
    PATIENCE_MS,
  );

  it(
    'ingest with a spool takes events, says where they wait, and leaves them for the next start',
    async () => {
      service = await ServiceProcess.start('ingest', environment);
      expect(service.output).toContain('starting without Kafka, on the spool');
      const event = { node: 'n', session: 's', type: 'SystemLog', level: 5, message: 'x' };
      expect((await post(service.url, [event])).status).toBe(202);
      await service.says(new RegExp(`wait in ${dataDir}/spool`));
      expect(await service.kill('SIGTERM')).toBe(0);
      expect(service.output).toContain('accepted 1, spooled 1\n');
      service = await ServiceProcess.start('ingest', environment);
      expect(service.output).toContain('1 records of an earlier run wait');
    },
    PATIENCE_MS,
  );

  it(
    'a second ingest on the same spool does not start',
    async () => {
      service = await ServiceProcess.start('ingest', environment);
      const second = ServiceProcess.spawn('ingest', environment);
      expect(await second.exited).toBe(1);
      expect(second.output).toContain(`FF_LOG_IN_USE: The log in ${dataDir}/spool is open elsewhere`);
    },
    PATIENCE_MS,
  );

  it('a setting that is wrong ends the start, with its name', async () => {
    service = ServiceProcess.spawn('writer', { ...environment, FF_SPOL_DIR: 'x', FF_KAFKA_ACKS: 'none' });
    expect(await service.exited).toBe(1);
    expect(service.output).toContain('FF_SPOL_DIR is not a setting; did you mean FF_SPOOL_DIR?');
  });
});
