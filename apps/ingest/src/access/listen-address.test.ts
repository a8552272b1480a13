import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { newToken, hashOfToken } from '@fleet-forensics/shared/access/token';
import { freePort } from '../../../../tools/kafka/free-port.mjs';
import { RunningIngest } from '../sources/http/ingest-app.fixture.ts';
import { isLoopback } from './listen-address.ts';

it.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '0:0:0:0:0:0:0:1', '::ffff:7f00:1'])('only this host reaches %s', (address) => {
  expect(isLoopback(address)).toBe(true);
});

it.each(['0.0.0.0', '::', '::ffff:0.0.0.0', '192.0.2.1', '128.0.0.1', '::2', '::ffff:192.0.2.1', 'fe80::1', 'localhost', ''])(
  'others may reach %s',
  (address) => expect(isLoopback(address)).toBe(false),
);

it.each(['0.0.0.0', '::', '0', '::ffff:0.0.0.0', '192.0.2.1'])(
  'without tokens ingest listens on no address that others reach: %s',
  async (host) => {
    await expect(RunningIngest.start({ FF_INGEST_HOST: host })).rejects.toMatchObject({
      code: 'FF_UNPROTECTED',
      message: expect.stringMatching(/^FF_INGEST_HOST=.*Set FF_TOKENS_FILE .* or listen on 127\.0\.0\.1/) as string,
    });
  },
);

it('without tokens a name is taken for the address that is listened on', async () => {
  const ingest = await RunningIngest.start({ FF_INGEST_HOST: 'localhost' });
  onTestFinished(() => ingest.close());
  expect(ingest.url).toMatch(/^http:\/\/(127\.0\.0\.1|\[::1\]):\d+$/);
});

it('with tokens, but without TLS, ingest listens there, and says what that means', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'fleet-forensics-listen-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, 'tokens'), `sha256:${hashOfToken(newToken())} node=*\n`);
  const ingest = await RunningIngest.start({ FF_INGEST_HOST: '0.0.0.0', FF_TOKENS_FILE: join(dir, 'tokens') });
  onTestFinished(() => ingest.close());
  expect(ingest.warnings).toEqual([expect.stringMatching(/^FF_INGEST_HOST=0\.0\.0\.0: tokens and events come over the network as they are/)]);
});

it('syslog, which has no log-in, listens where it is told to, and says what that means', async () => {
  const ingest = await RunningIngest.start({ FF_SYSLOG_HOST: '0.0.0.0', FF_SYSLOG_UDP_PORT: '0', FF_SYSLOG_TCP_PORT: String(await freePort()) });
  onTestFinished(() => ingest.close());
  expect(ingest.warnings).toEqual([expect.stringMatching(/^FF_SYSLOG_HOST=0\.0\.0\.0: syslog has no log-in/)]);
});
