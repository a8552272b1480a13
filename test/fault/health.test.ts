import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../tools/kafka/free-port.mjs';
import { healthOf, metricOf, untilReadiness } from '../e2e/health-answers.ts';
import { Load } from '../e2e/load.ts';
import { ServiceProcess } from '../e2e/service-process.ts';
import { canMount, mountTmpfs, remount, unmount } from './mounted.ts';

const PATIENCE_MS = 120_000;
const MIB = 1024 * 1024;

describe.runIf(canMount())('the health of a service on a disk that fills', () => {
  let base: string;
  let mount: string;
  let service: ServiceProcess;

  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'ff-health-'));
    mount = join(base, 'mount');
    mkdirSync(mount, { mode: 0o750 });
    mountTmpfs(mount, 4 * MIB);
  });

  afterEach(async () => {
    await service.kill('SIGKILL');
    unmount(mount);
    rmSync(base, { recursive: true });
  });

  it('of a writer is told before a block comes, and again when there is room', { timeout: PATIENCE_MS }, async () => {
    const settings = { FF_FORENSIC_ROOT: join(mount, 'root'), FF_WRITER_HEADROOM_BYTES: String(MIB) };
    service = await ServiceProcess.start('standalone', { FF_DATA_DIR: join(base, 'data'), ...settings });
    await untilReadiness(service, 200);
    writeFileSync(join(mount, 'ballast'), Buffer.alloc(3.5 * MIB));
    await untilReadiness(service, 503, /not more than 1048576 bytes \(FF_WRITER_HEADROOM_BYTES\) are free/);
    expect(await metricOf(service, 'forensic_writer_free_bytes')).toBeLessThan(MIB);
    expect(await healthOf(service, '/livez')).toEqual([200, '']);
    rmSync(join(mount, 'ballast'));
    await untilReadiness(service, 200);
    remount(mount, 'ro');
    await untilReadiness(service, 503, /can't be written to: EROFS/);
    remount(mount, 'rw');
    await untilReadiness(service, 200);
  });

  it('of an ingest whose spool has no room is told, and again when there is', { timeout: PATIENCE_MS }, async () => {
    service = await ServiceProcess.start('ingest', {
      FF_DATA_DIR: base,
      FF_SPOOL_DIR: join(mount, 'spool'),
      FF_KAFKA_BROKERS: `127.0.0.1:${await freePort()}`,
      FF_KAFKA_REQUEST_TIMEOUT_MS: '1000',
    });
    await untilReadiness(service, 200);
    const load = new Load(service.url, 'full');
    await untilReadiness(service, 503, /^events are refused: .*spool.* takes no more/);
    expect(await metricOf(service, 'forensic_ingest_batches_failed_total')).toBeGreaterThan(0);
    expect(await healthOf(service, '/livez')).toEqual([200, '']);
    execFileSync('mount', ['-o', `remount,size=${256 * MIB}`, mount]);
    await load.accepted(20);
    await load.stop();
    await untilReadiness(service, 200, /events go to the spool/);
  });
});
