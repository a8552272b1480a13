import { connect, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasCode } from '@fleet-forensics/shared/error';
import { answerBrokenRequest } from './http-errors.ts';
import { criterionLine, line, RunningIngest, UNAVAILABLE } from './ingest-app.fixture.ts';

/** What RFC 9457 asks for, without anything of the inside. */
function problem(status: number, code: string): object {
  return {
    status,
    contentType: expect.stringMatching(/^application\/problem\+json/),
    body: {
      type: 'about:blank',
      title: expect.any(String),
      status,
      detail: expect.not.stringMatching(/\.(ts|js)\b|node_modules|secret|Error:/),
      code,
    },
  };
}

describe('a request that can not be taken', () => {
  let ingest: RunningIngest;
  beforeEach(async () => {
    ingest = await RunningIngest.start({ FF_INGEST_BODY_BYTES: '1024' });
  });
  afterEach(() => ingest.close());

  it.each<[string, number, string, string, Record<string, string>?]>([
    ['without a good event', 400, 'nothing_valid', 'x\ny'],
    ['without any event', 400, 'empty_body', '\n\n'],
    ['without a body', 400, 'empty_body', ''],
    ['of another type', 415, 'unsupported_type', line('x'), { 'content-type': 'text/plain' }],
    ['of a type that looks like ours', 415, 'unsupported_type', line('x'), { 'content-type': 'application/x-ndjsonp' }],
    ['in another charset', 415, 'unsupported_charset', line('x'), { 'content-type': 'application/x-ndjson; charset="latin-1"' }],
    ['that is compressed', 415, 'unsupported_encoding', line('x'), { 'content-encoding': 'gzip' }],
    ['over the bound', 413, 'body_too_long', line('x'.repeat(1024))],
  ])('%s is a problem: %i %s', async (_what, status, code, body, headers) => {
    const answer = await ingest.post(body, headers);
    expect(answer).toMatchObject(problem(status, code));
    expect(ingest.log.records).toEqual([]);
    expect((await ingest.post(line('still there'))).status).toBe(202);
  });

  it('tells what was wrong with each of its lines', async () => {
    const { body } = await ingest.post('x\n\n{}');
    expect(body).toMatchObject({
      rejectedCount: 2,
      rejected: [
        { line: 1, code: 'bad_json' },
        { line: 3, code: 'missing_key' },
      ],
    });
  });

  it('over the bound is one even if it did not tell its length', async () => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(Buffer.from(line('x'.repeat(2000))));
        controller.close();
      },
    });
    const init = { method: 'POST', body, duplex: 'half', headers: { 'content-type': 'application/x-ndjson' } } as RequestInit;
    expect(await ingest.fetch('/v1/events', init)).toMatchObject(problem(413, 'body_too_long'));
  });

  it.each([
    ['GET', '/v1/events', 405, 'wrong_method'],
    ['PUT', '/v1/events?x=1', 405, 'wrong_method'],
    ['DELETE', '/v1/events', 405, 'wrong_method'],
    ['GET', '/', 404, 'unknown_path'],
    ['POST', '/v1/event', 404, 'unknown_path'],
    ['GET', '/%zz', 400, 'bad_request'],
  ])('%s %s is a problem: %i', async (method, path, status, code) => {
    const answer = await ingest.fetch(path, { method });
    expect(answer).toMatchObject(problem(status, code));
    expect(answer.headers.get('allow')).toBe(status === 405 ? 'POST' : null);
  });

  it.each([
    ['is not HTTP', 'HELO ftp.example\r\n\r\n', 400, 'bad_request'],
    ['has endless headers', `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_long'],
  ])('because it %s is told so on its connection', async (_what, bytes, status, code) => {
    const socket = connect(Number(new URL(ingest.url).port), '127.0.0.1');
    socket.write(bytes);
    const answer = await text(socket);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain('application/problem+json');
    expect(answer).toContain(`"code":"${code}"`);
  });

  it('because it came too slowly is told so on its connection', async () => {
    const socket = new PassThrough();
    answerBrokenRequest(Object.assign(new Error('slow'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), socket as unknown as Socket);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 [^]*"code":"request_timeout"/);
  });
});

describe('a log that fails', () => {
  it('is 503 with Retry-After while it is away, and 202 for the same request when it is back', async () => {
    const ingest = await RunningIngest.start();
    try {
      ingest.log.failure = UNAVAILABLE;
      const answer = await ingest.post(`${line('one')}\n${criterionLine()}`);
      expect(answer).toMatchObject(problem(503, 'log_unavailable'));
      expect(answer.headers.get('retry-after')).toBe('1');
      expect((await ingest.post(line('two'))).status).toBe(503);
      expect(ingest.warnings, 'a warning for each request').toEqual([expect.stringContaining('no space left in /secret/place')]);
      ingest.log.failure = null;
      expect((await ingest.post(`${line('one')}\n${criterionLine()}`)).status).toBe(202);
      expect(ingest.log.lines).toEqual(['one']);
      expect(ingest.counters).toMatchObject({ accepted: 2, failedBatches: 2 });
    } finally {
      await ingest.close();
    }
  });

  it('for a reason of our own is 500, which does not tell the reason', async () => {
    const ingest = await RunningIngest.start();
    try {
      ingest.log.failure = new Error('secret');
      expect(await ingest.post(line('x'))).toMatchObject(problem(500, 'internal_error'));
      expect(ingest.warnings).toEqual([expect.stringContaining('secret')]);
    } finally {
      await ingest.close();
    }
  });
});

describe('ingest', () => {
  it('refuses settings under which no chunked body could ever be taken', async () => {
    const starting = RunningIngest.start({ FF_INGEST_INFLIGHT_BYTES: '1048576', FF_INGEST_BODY_BYTES: '2097152' });
    await expect(starting).rejects.toSatisfy((error) => hasCode(error, 'FF_BAD_SETTING'));
  });
});
