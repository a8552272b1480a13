import { gzipSync } from 'node:zlib';
import { otlp } from '@fleet-forensics/shared/wire/otlp-schema';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RunningIngest, UNAVAILABLE } from '../http/ingest-app.fixture.ts';
import { JSON_TYPE, logRecord, logsRequest, postLogs, PROTOBUF_TYPE } from './logs-request.fixture.ts';

const MIB = 1024 * 1024;
const GZIP = { 'content-encoding': 'gzip' };

describe('an export that can not be taken', () => {
  let ingest: RunningIngest;
  beforeEach(async () => {
    ingest = await RunningIngest.start({ FF_INGEST_BODY_BYTES: String(MIB), FF_INGEST_INFLIGHT_BYTES: String(MIB) });
  });
  afterEach(() => ingest.close());

  it.each<[string, number, string, Uint8Array<ArrayBuffer> | string, Record<string, string>]>([
    ['not JSON', 400, 'bad_request: the body is no ExportLogsServiceRequest', '{', JSON_TYPE],
    ['JSON of another shape', 400, 'resourceLogs: "7" is found where an array', '{"resourceLogs":7}', JSON_TYPE],
    ['not UTF-8', 400, 'it is not UTF-8', new Uint8Array([0x22, 0xff, 0x22]), JSON_TYPE],
    ['not protobuf', 400, 'bad_request: the body is no ExportLogsServiceRequest', new Uint8Array([0x0a, 0xff]), PROTOBUF_TYPE],
    ['not gzip', 400, 'bad_request: the body is not whole gzip', '{}', { ...JSON_TYPE, ...GZIP }],
    ['half of gzip', 400, 'not whole gzip', new Uint8Array(gzipSync('x'.repeat(999)).subarray(0, 20)), { ...JSON_TYPE, ...GZIP }],
    ['in another compression', 415, 'unsupported_encoding', '{}', { ...JSON_TYPE, 'content-encoding': 'zstd' }],
    ['of another type', 415, 'unsupported_type', '{}', { 'content-type': 'text/plain' }],
    ['too long', 413, 'body_too_long', ' '.repeat(MIB + 1), JSON_TYPE],
  ])('because it is %s is told so for good: %i', async (_what, status, message, body, headers) => {
    const answer = await postLogs(ingest, body, headers);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, null]);
    expect(statusMessage(answer.bytes, headers)).toContain(message);
    expect((await postLogs(ingest, logsRequest([logRecord('still there')]))).status).toBe(200);
  });

  it('because it is a bomb is refused when it has unpacked to the bound', async () => {
    const bomb = gzipSync(Buffer.alloc(300 * MIB));
    expect(bomb.length).toBeLessThan(MIB);
    const { status } = await postLogs(ingest, new Uint8Array(bomb), { ...PROTOBUF_TYPE, ...GZIP });
    expect(status).toBe(413);
    await vi.waitUntil(() => ingest.gate.inFlightBytes === 0);
  });

  it('under overload is told to come again, unless it holds criteria and ends only', async () => {
    ingest.log.hold();
    const filling = postLogs(ingest, logsRequest([logRecord('x')]).padEnd(MIB - 10));
    await vi.waitUntil(() => ingest.log.waiting === 1);
    const refused = await postLogs(ingest, logsRequest([logRecord('y')]));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    const urgent = postLogs(ingest, logsRequest([logRecord(null, { 'session.id': 't', 'forensic.criterion': 'FailedLogin' })]));
    await vi.waitUntil(() => ingest.log.waiting === 2);
    ingest.log.release();
    expect([(await filling).status, (await urgent).status]).toEqual([200, 200]);
  });

  it('because the log is away is told to come again, and taken then', async () => {
    ingest.log.failure = UNAVAILABLE;
    const body = logsRequest([logRecord('x')]);
    const answer = await postLogs(ingest, body);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(statusMessage(answer.bytes, JSON_TYPE)).toMatch(/^log_unavailable: /);
    ingest.log.failure = null;
    expect((await postLogs(ingest, body)).status).toBe(200);
    expect(ingest.log.lines).toEqual(['x']);
  });

  it('with another method is told the right one', async () => {
    const { status, headers } = await fetch(`${ingest.url}/v1/logs`);
    expect([status, headers.get('allow')]).toEqual([405, 'POST']);
  });
});

/** Of a google.rpc.Status in the request's encoding. */
function statusMessage(bytes: Buffer, headers: Readonly<Record<string, string>>): string {
  return headers['content-type'] === 'application/x-protobuf'
    ? otlp.Status.decode(bytes).message
    : String((JSON.parse(String(bytes)) as { message: unknown }).message);
}
