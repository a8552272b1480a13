import { once } from 'node:events';
import { connect, type ConnectionOptions } from 'node:tls';
import { ForwardSettings } from '@fleet-forensics/shared/settings/forward-settings';
import { readSettings } from '@fleet-forensics/shared/settings/setting';
import { encodeBatch } from '@fleet-forensics/shared/wire/codec';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { CentralConnection } from '../log/central-connection.ts';
import { publishedBatch } from '../log/published-batch.ts';
import { message, Packing } from '../packer/packing.fixture.ts';
import { RunningIngest } from '../sources/http/ingest-app.fixture.ts';
import { hasOpenssl, ScratchAccess } from './scratch-access.fixture.ts';

const PATIENCE = { timeout: 20_000 };
const NAMED = 'DNS:localhost,IP:127.0.0.1';

if (!hasOpenssl && process.env['CI'] === undefined) process.stderr.write('NOT RUN: TLS of ingest, for there is no openssl\n');

describe.runIf(hasOpenssl || process.env['CI'] !== undefined)('ingest over TLS', () => {
  let scratch: ScratchAccess;
  let environment: Record<string, string>;
  beforeEach(() => {
    scratch = new ScratchAccess();
    scratch.authority('ca');
    scratch.certificate('ca', 'server', NAMED);
    environment = { FF_INGEST_TLS_CERT: scratch.path('server.pem'), FF_INGEST_TLS_KEY: scratch.path('server.key') };
  });
  afterEach(() => scratch.remove());

  async function start(more: Record<string, string> = {}): Promise<RunningIngest> {
    const ingest = await RunningIngest.start({ ...environment, ...more });
    onTestFinished(() => ingest.close());
    return ingest;
  }

  /** Publishes as this node, as an agent forwards. @param shown settings of what it shows and trusts */
  async function publish({ url }: RunningIngest, node: string, shown: Record<string, string> = {}): Promise<number> {
    const settings = readSettings(ForwardSettings, { FF_FORWARD_URL: url, FF_FORWARD_CA: scratch.path('ca.pem'), ...shown });
    const connection = new CentralConnection(settings, () => {});
    onTestFinished(() => connection.close());
    const { packer } = new Packing().add({ ...message('m'), node });
    packer.closeAll();
    const body = publishedBatch(encodeBatch(packer.takeClosed()[0]!.batch));
    return (await connection.post(`${url}/v1/events`, body)).status;
  }

  function certified(name: string): Record<string, string> {
    return { FF_FORWARD_CERT: scratch.path(`${name}.pem`), FF_FORWARD_KEY: scratch.path(`${name}.key`) };
  }

  it('takes what comes encrypted, and nothing else', async () => {
    const ingest = await start();
    expect(ingest.url).toMatch(/^https:/);
    expect(await publish(ingest, 'n')).toBe(202);
    await expect(fetch(ingest.url.replace('https:', 'http:'))).rejects.toThrow('fetch failed');
    await expect(publish(ingest, 'n', { FF_FORWARD_CA: '' })).rejects.toThrow(/certificate/);
  });

  it('speaks no TLS that is older than 1.2', async () => {
    const { url } = await start();
    const old: ConnectionOptions = {
      port: Number(new URL(url).port),
      ca: [],
      rejectUnauthorized: false,
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
      ciphers: 'ALL:@SECLEVEL=0',
    };
    const [error] = (await once(connect(old), 'error').catch((reason: unknown) => [reason])) as [Error];
    expect(error.message).toMatch(/protocol version|unsupported protocol/i);
  });

  it.each([
    ['a DNS name of its certificate', 'DNS:ftp-eu-1,DNS:ftp-eu-2', 'FTP-EU-2', 202],
    ['the common name, where there is no other', '', 'client', 202],
    ['the common name, where there are others', 'DNS:ftp-eu-1', 'client', 403],
    ['a name below one of its own', 'DNS:example.org', 'ftp.example.org', 403],
    ['what a wildcard would match', 'DNS:*.example.org', 'ftp.example.org', 403],
    ['every name below a domain', 'DNS:ftp.example.org', '.example.org', 403],
    ['a name that no host has', 'DNS:ftp-eu-1', 'ftp-eu-1\u00e9', 403],
  ])('a node speaks for %s, or does not: %s as %s', async (_what, names, node, status) => {
    scratch.certificate('ca', 'client', names);
    const ingest = await start({ FF_INGEST_TLS_CLIENT_CA: scratch.path('ca.pem') });
    expect(await publish(ingest, node, certified('client'))).toBe(status);
  });

  it('who has no certificate of the authority gets no word across', async () => {
    scratch.authority('other');
    scratch.certificate('other', 'stranger', 'DNS:n');
    const ingest = await start({ FF_INGEST_TLS_CLIENT_CA: scratch.path('ca.pem') });
    await expect(publish(ingest, 'n')).rejects.toThrow(/ECONNRESET|certificate required|EPIPE|hang up/);
    await expect(publish(ingest, 'n', certified('stranger'))).rejects.toThrow(/ECONNRESET|alert|EPIPE|hang up/);
    expect(ingest.counters.accepted).toBe(0);
  });

  it('where tokens are asked for, too, both are needed, and both decide', async () => {
    scratch.certificate('ca', 'client', 'DNS:n,DNS:m');
    const token = scratch.grant('node=n node=other');
    const shown = { ...certified('client'), FF_FORWARD_TOKEN_FILE: scratch.write('token', token) };
    const ingest = await start({ FF_INGEST_TLS_CLIENT_CA: scratch.path('ca.pem'), FF_TOKENS_FILE: scratch.tokensFile });
    expect(await publish(ingest, 'n', shown)).toBe(202);
    expect(await publish(ingest, 'm', shown)).toBe(403);
    expect(await publish(ingest, 'other', shown)).toBe(403);
    expect(await publish(ingest, 'n', certified('client'))).toBe(401);
  });

  it('speaks with a new certificate without a restart, and keeps the old one while the new one is wrong', async () => {
    const ingest = await start();
    scratch.write('server.pem', 'no certificate');
    await expect.poll(() => ingest.counters.tlsRejected, PATIENCE).toBeGreaterThan(0);
    expect(ingest.access.warnings).toEqual([expect.stringContaining('out of date')]);
    expect(await publish(ingest, 'n')).toBe(202);
    scratch.authority('next');
    scratch.certificate('next', 'server', NAMED);
    await expect.poll(() => ingest.counters.tlsReloads, PATIENCE).toBeGreaterThan(0);
    expect(await publish(ingest, 'n', { FF_FORWARD_CA: scratch.path('next.pem') })).toBe(202);
    await expect(publish(ingest, 'n')).rejects.toThrow(/certificate/);
  });

  it('with a certificate that has expired says so in the readiness, for the nodes can only fail', async () => {
    scratch.expired('ca', 'old');
    const ingest = await start({ FF_INGEST_TLS_CERT: scratch.path('old.pem'), FF_INGEST_TLS_KEY: scratch.path('old.key') });
    expect(ingest.access.warnings).toEqual([
      `the certificate of ${scratch.path('old.pem')} has expired, and no node gets in: put a new one in its place`,
    ]);
    await expect(publish(ingest, 'n')).rejects.toThrow(/certificate has expired/);
  });

  it.each([
    [{ FF_INGEST_TLS_KEY: '' }, 'FF_BAD_SETTING', /need one another/],
    [{ FF_INGEST_TLS_CERT: '', FF_INGEST_TLS_KEY: '', FF_INGEST_TLS_CLIENT_CA: 'ca' }, 'FF_BAD_SETTING', /over TLS only/],
    [{ FF_INGEST_TLS_KEY: '/none' }, 'FF_UNREADABLE_FILE', /FF_INGEST_TLS_KEY="\/none" can't be read/],
  ])('does not start with settings that are wrong: %j', async (wrong, code, told) => {
    await expect(RunningIngest.start({ ...environment, ...wrong })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(told) as string,
    });
  });

  it.each([
    ['a key of another certificate', { FF_INGEST_TLS_KEY: 'ca.key' }],
    ['no certificate of an authority', { FF_INGEST_TLS_CLIENT_CA: 'server.pem' }],
    ['no PEM at all', { FF_INGEST_TLS_CLIENT_CA: 'tokens' }],
  ])('does not start with %s', async (_what, wrong) => {
    scratch.grant('node=n');
    const files = Object.fromEntries(Object.entries(wrong).map(([setting, file]) => [setting, scratch.path(file)]));
    await expect(RunningIngest.start({ ...environment, ...files })).rejects.toMatchObject({ code: 'FF_BAD_KEY' });
  });
});
