import { chmodSync, rmSync } from 'node:fs';
import { hashOfToken } from '@fleet-forensics/shared/access/token';
import { encodeBatch } from '@fleet-forensics/shared/wire/codec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScratchAccess } from '../../access/scratch-access.fixture.ts';
import { criterion, message, Packing } from '../../packer/packing.fixture.ts';
import { publishedBatch } from '../../log/published-batch.ts';
import { logRecord, logsRequest } from '../otlp/logs-request.fixture.ts';
import { line, RunningIngest } from './ingest-app.fixture.ts';

const PATIENCE = { timeout: 20_000 };

let scratch: ScratchAccess;
let ingest: RunningIngest;
let token: string;
beforeEach(async () => {
  scratch = new ScratchAccess();
  token = scratch.grant('node=ftp-eu-* node=n');
  ingest = await RunningIngest.start({ FF_TOKENS_FILE: scratch.tokensFile });
});
afterEach(async () => {
  await ingest.close();
  scratch.remove();
});

const bearer = (of = token) => ({ authorization: `Bearer ${of}` });
const lineOf = (node: string) => line(node, { node });

/** A protobuf body of one batch for each of these nodes. */
function batchesOf(...nodes: readonly string[]): Uint8Array<ArrayBuffer> {
  const batches = nodes.map((node) => {
    const { packer } = new Packing().add({ ...message('m'), node }, { ...criterion(), node });
    packer.closeAll();
    return publishedBatch(encodeBatch(packer.takeClosed()[0]!.batch));
  });
  return new Uint8Array(Buffer.concat(batches));
}

describe('who publishes', () => {
  it.each([
    ['nothing', {}, 'missing_token', 'Bearer realm="fleet-forensics"'],
    ['another token', bearer('ff_'.padEnd(46, 'x')), 'unknown_token', 'Bearer realm="fleet-forensics", error="invalid_token"'],
    ['what can be no token', { authorization: 'Bearer \u00e9 x' }, 'unknown_token', expect.stringContaining('invalid_token')],
    ['a password', { authorization: 'Basic YTpi' }, 'unknown_token', expect.stringContaining('invalid_token')],
    ['thousands of characters', bearer('x'.repeat(8000)), 'unknown_token', expect.stringContaining('invalid_token')],
  ] as const)('and shows %s is not let in', async (_what, headers, reason, challenge) => {
    const answer = await ingest.post(line('x'), headers);
    expect([answer.status, answer.body.code, answer.headers.get('www-authenticate')]).toEqual([401, 'unauthorized', challenge]);
    expect(JSON.stringify(answer.body)).not.toMatch(/unknown|expired/);
    expect(ingest.counters.unauthorizedByReason).toMatchObject({ [reason]: 1 });
    expect(ingest.log.records).toEqual([]);
  });

  it('is let in with a token, also to OTLP, and not without', async () => {
    const logs = (headers: Record<string, string>) =>
      ingest.fetch('/v1/logs', {
        method: 'POST',
        body: logsRequest([logRecord('m')]),
        headers: { 'content-type': 'application/json', ...headers },
      });
    expect((await ingest.post(line('x'), bearer())).status).toBe(202);
    expect((await ingest.post(line('x'), { authorization: `bearer  ${token} ` })).status).toBe(202);
    expect((await logs(bearer())).status).toBe(200);
    expect((await logs({})).status).toBe(401);
  });

  it('hears nothing of what is there before they show who they are', async () => {
    const refused = await ingest.post('x', { 'content-type': 'text/plain', 'content-encoding': 'br' });
    expect(refused.status).toBe(401);
  });

  it('is not let in any more from the moment on that the token expires', async () => {
    const before = scratch.grant(`node=* expires=${new Date(Date.now() + 3_600_000).toISOString().slice(0, 19)}Z`);
    await expect.poll(async () => (await ingest.post(line('x'), bearer(before))).status, PATIENCE).toBe(202);
    const after = scratch.grant('node=* expires=2020-01-01');
    await expect.poll(async () => ingest.counters.tokensReloads, PATIENCE).toBe(2);
    expect((await ingest.post(line('x'), bearer(after))).body).toMatchObject({ status: 401, code: 'unauthorized' });
    expect(ingest.counters.unauthorizedByReason.expired_token).toBe(1);
  });
});

describe('a node', () => {
  it("can't publish as another: its line is refused, its neighbours are not lost", async () => {
    const { status, body } = await ingest.post(
      ['ftp-eu-1', 'ftp-us-1', 'FTP-EU-2', '.n', 'nn', 'n'].map(lineOf).join('\n'),
      bearer(),
    );
    expect([status, body.accepted, body.rejected?.map(({ line: number, code }) => [number, code])]).toEqual([
      202,
      3,
      [
        [2, 'foreign_node'],
        [4, 'foreign_node'],
        [5, 'foreign_node'],
      ],
    ]);
    expect(ingest.log.lines.toSorted()).toEqual(['FTP-EU-2', 'ftp-eu-1', 'n']);
  });

  it.each([
    ['an array', () => `[${lineOf('a')},${lineOf('n')},${lineOf('b')}]`, 'application/json'],
    ['protobuf', () => batchesOf('a', 'n', 'b'), 'application/x-protobuf'],
  ])("can't in %s either", async (_format, body, type) => {
    const answer = await ingest.post(body(), { ...bearer(), 'content-type': type });
    expect(answer.body.rejected?.map(({ line: number, code }) => [number, code])).toEqual([
      [0, 'foreign_node'],
      [2, 'foreign_node'],
    ]);
    expect(new Set(ingest.log.batches.map(({ node }) => node))).toEqual(new Set(['n']));
  });

  it.each([
    ['the resource', logRecord('m'), { 'host.name': 'other' }],
    ['the record', logRecord('m', { 'host.name': 'other' }), { 'host.name': 'n' }],
    ['another name of the host', logRecord('m'), { 'service.instance.id': 'other' }],
  ])("can't through %s of an export", async (_where, record, resource) => {
    const body = logsRequest([record], resource);
    const answer = await ingest.fetch('/v1/logs', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...bearer() },
    });
    expect(answer).toMatchObject({ status: 403, body: { message: expect.stringMatching(/^foreign_node: /) as string } });
    expect(ingest.log.records).toEqual([]);
  });

  it('that publishes nothing but what it may not hears 403, and which lines', async () => {
    const { status, body } = await ingest.post(`${lineOf('a')}\n${lineOf('b')}`, bearer());
    expect([status, body.code, body.rejectedCount, body.rejected?.[0]?.error]).toEqual([
      403,
      'foreign_node',
      2,
      'node: "a" is none of those that you may speak for',
    ]);
  });
});

describe('tokens', () => {
  it('are taken and withdrawn without a restart', async () => {
    const next = scratch.grant('node=*');
    await expect.poll(async () => (await ingest.post(line('x'), bearer(next))).status, PATIENCE).toBe(202);
    expect((await ingest.post(line('x'), bearer())).status).toBe(401);
    scratch.write('tokens', '');
    await expect.poll(async () => (await ingest.post(line('x'), bearer(next))).status, PATIENCE).toBe(401);
  });

  it('that are wrong leave the old ones in force, and that is told, counted and in the readiness', async () => {
    scratch.write('tokens', 'sha256:zz node=*\n');
    await expect.poll(() => ingest.counters.tokensRejected, PATIENCE).toBe(1);
    expect(ingest.access.warnings).toEqual([expect.stringMatching(/out of date: .*tokens:1: the first word is not/)]);
    expect(ingest.warnings.at(-1)).toContain('stay as they were');
    expect((await ingest.post(line('x'), bearer())).status).toBe(202);
    rmSync(scratch.tokensFile);
    await expect.poll(() => ingest.counters.tokensRejected, PATIENCE).toBe(2);
    expect((await ingest.post(line('x'), bearer())).status).toBe(202);
    const next = scratch.grant('node=*');
    await expect.poll(async () => (await ingest.post(line('x'), bearer(next))).status, PATIENCE).toBe(202);
    expect(ingest.access.warnings).toEqual([]);
  });

  it('in a file that everybody may write to are none: anybody could let himself in', async () => {
    chmodSync(scratch.tokensFile, 0o646);
    await expect(RunningIngest.start({ FF_TOKENS_FILE: scratch.tokensFile })).rejects.toMatchObject({
      code: 'FF_UNREADABLE_FILE',
      message: expect.stringMatching(/^FF_TOKENS_FILE=.*everybody may write to it: run chmod o-w on it$/) as string,
    });
  });

  it('are in nothing that ingest says', async () => {
    await ingest.post(line('x'), bearer());
    await ingest.post(line('x'), bearer(`${token}x`));
    expect(ingest.warnings.join('\n')).not.toContain(token);
  });
});

describe('the holder of a token who publishes too fast', () => {
  it('hears when to try again, and others are not held up', async () => {
    await ingest.close();
    const another = scratch.grant('node=*');
    const mad = scratch.grant('node=*', `sha256:${hashOfToken(another)} node=*`);
    ingest = await RunningIngest.start({ FF_TOKENS_FILE: scratch.tokensFile, FF_TOKEN_EVENTS_PER_S: '10' });
    expect((await ingest.post(Array.from({ length: 1000 }, () => line('x')).join('\n'), bearer(mad))).status).toBe(202);
    const refused = await ingest.post(line('x'), bearer(mad));
    expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(90);
    expect((await ingest.post(JSON.stringify({ node: 'n', session: 's', criterion: 'FailedLogin' }), bearer(mad))).status).toBe(
      202,
    );
    expect((await ingest.post(line('x'), bearer(another))).status).toBe(202);
    expect(ingest.counters.rateLimited).toBe(1);
  });
});
