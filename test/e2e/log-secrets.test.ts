import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../../tools/kafka/free-port.mjs';
import { type ServiceName, ServiceProcess } from './service-process.ts';

const SECRET = 's3cr3t-w0rd-that-is-nobodys';

let dir: string;
let secretFile: string;
let service: ServiceProcess;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-secrets-'));
  secretFile = join(dir, 'secret');
  writeFileSync(secretFile, `${SECRET}\n`, { mode: 0o600 });
});

afterEach(async () => {
  await service.kill('SIGKILL');
  rmSync(dir, { recursive: true });
});

it.each<[string, ServiceName, (file: string) => Record<string, string>, RegExp]>([
  ['a signing key', 'standalone', (file) => ({ FF_SIGN_KEY_FILE: file }), /FF_BAD_KEY/],
  [
    "the key of a broker's client",
    'buffer',
    (file) => ({ FF_KAFKA_TLS: 'on', FF_KAFKA_TLS_CERT: file, FF_KAFKA_TLS_KEY: file }),
    /waiting for Kafka|FF_/,
  ],
  [
    'the password of Kafka',
    'buffer',
    (file) => ({ FF_KAFKA_SASL_MECHANISM: 'plain', FF_KAFKA_SASL_USER: 'ff', FF_KAFKA_SASL_PASSWORD_FILE: file }),
    /waiting for Kafka: /,
  ],
  ['a URL with a password', 'ingest', () => ({ FF_FORWARD_URL: `http://tj:${SECRET}@127.0.0.1:1` }), /FF_FORWARD_URL/],
])('%s is in no log, whatever is wrong with it', async (_what, app, settingsOf, told) => {
  const place = { FF_DATA_DIR: dir, FF_KAFKA_BROKERS: `127.0.0.1:${await freePort()}`, FF_KAFKA_REQUEST_TIMEOUT_MS: '1000' };
  service = ServiceProcess.spawn(app, { ...place, ...settingsOf(secretFile) });
  await service.says(told);
  await service.kill('SIGTERM');
  expect(service.output).not.toContain(SECRET);
});

it('what a client sends to prove who it is is in no log, whatever becomes of its request', async () => {
  service = await ServiceProcess.start('standalone', { FF_DATA_DIR: dir });
  const headers = { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json', 'x-api-key': SECRET };
  const paths = ['/v1/events', '/v1/logs', `/v1/events?token=${SECRET}`, `/${SECRET}`];
  const statuses = await Promise.all(
    paths.map(async (path) => (await fetch(`${service.url}${path}`, { method: 'POST', headers, body: '{"broken' })).status),
  );
  expect(statuses).toEqual([400, 400, 400, 404]);
  expect(await service.kill('SIGTERM')).toBe(0);
  expect(service.output).not.toContain(SECRET);
});
