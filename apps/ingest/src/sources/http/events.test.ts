import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeBatch } from '@fleet-forensics/shared/wire/codec';
import { criterionLine, line, RunningIngest } from './ingest-app.fixture.ts';

const OF = '"node":"n","session":"s"';

describe('POST /v1/events', () => {
  let ingest: RunningIngest;
  beforeEach(async () => {
    ingest = await RunningIngest.start({ FF_INGEST_REJECTIONS_SHOWN: '3' });
  });
  afterEach(() => ingest.close());

  it('answers 202 when the events lie on the log, with their bytes, their policy and under their key', async () => {
    const { status, body } = await ingest.post(`${line('one')}\n${line('t\0w\x1bo\r\n')}\n${criterionLine()}\n`);
    expect([status, body]).toEqual([202, { accepted: 3, rejected: [], rejectedCount: 0 }]);
    expect(ingest.log.lines).toEqual(['one', 't\0w\x1bo\r\n']);
    expect(ingest.log.batches).toMatchObject([
      { node: 'n', session: 's', criterion: { name: 'FailedLogin' }, policy: { file: '/forensic.log', bufferSize: 1024 } },
    ]);
    expect(String(ingest.log.records[0]!.key)).toBe('n\0s');
    expect(ingest.counters).toMatchObject({ accepted: 3, messages: 2, batches: 1 });
  });

  it('takes a JSON array', async () => {
    const { status, body } = await ingest.post(`[${line('one')}, 7, ${line('two')}]`, {
      'content-type': 'application/json; charset=UTF-8',
    });
    expect([status, body.accepted, body.rejected?.[0]]).toEqual([
      202,
      2,
      expect.objectContaining({ line: 1, code: 'wrong_type' }),
    ]);
    expect(ingest.log.lines).toEqual(['one', 'two']);
  });

  it('takes a protobuf list', async () => {
    const nothing = {
      firstSeq: 0,
      messageCount: 0,
      messages: Buffer.alloc(0),
      keepAliveS: 0,
      keepAlive: false,
      dropped: 0,
      notCaptured: 0,
    };
    const body = encodeBatch({ node: 'n', session: 's', open: true, ...nothing, end: { reason: 'quit' } });
    const answer = await ingest.post(new Uint8Array(body), { 'content-type': 'application/x-protobuf' });
    expect([answer.status, answer.body.accepted]).toEqual([202, 1]);
    expect(ingest.log.batches).toMatchObject([{ open: true, end: { reason: 'quit' } }]);
  });

  it.each([
    ['bad JSON', `{${OF},"end":}`, 'bad_json'],
    ['a wrong type', `{${OF},"end":7}`, 'wrong_type'],
    ['an unknown type', line('x', { type: 'sislog' }), 'unknown_type'],
    ['a negative level', line('x', { level: -2 }), 'number_out_of_range'],
    ['bad base64', `{${OF},"type":"syslog","level":1,"messageBase64":"A"}`, 'bad_base64'],
    ['an oversized message', line('x'.repeat(65_537)), 'message_too_long'],
    ['an oversized name', line('x', { node: 'x'.repeat(257) }), 'name_too_long'],
    ['a key twice', `{${OF},"end":"quit","end":"quit"}`, 'duplicate_key'],
    ['100,000 levels of nesting', `${'{"context":'.repeat(100_000)}1${'}'.repeat(100_000)}`, 'unknown_key'],
    ['100,000 levels of brackets', '['.repeat(100_000), 'wrong_type'],
    ['100,000 levels in a context', `{${OF},"context":{"user":${'['.repeat(100_000)}`, 'too_deep'],
    ['an unknown criterion', `{${OF},"criterion":"No"}`, 'unknown_criterion'],
    ['latin-1', Buffer.from(line('Müller'), 'latin1'), 'invalid_utf8'],
    ['NUL bytes', '\0\0\0', 'bad_json'],
  ])('keeps the neighbours of %s, and tells its line and what is wrong', async (_what, bad, code) => {
    const body = Buffer.concat([`${line('before')}\n`, bad, `\n${line('after')}\n`].map((part) => Buffer.from(part as string)));
    const answer = await ingest.post(new Uint8Array(body));
    expect(answer).toMatchObject({ status: 202, body: { accepted: 2, rejectedCount: 1 } });
    expect(answer.body.rejected).toEqual([{ line: 2, code, error: expect.stringMatching(/.{15}/) }]);
    expect(ingest.log.lines).toEqual(['before', 'after']);
    expect(ingest.counters.rejectedByCode).toEqual({ [code]: 1 });
  });

  it('refuses a criterion under the number of the message before it, and takes a request that comes again', async () => {
    const criterion = (seq: number) => `{${OF},"criterion":"FailedLogin","seq":${seq}}`;
    const body = [line('one', { seq: 1 }), criterion(1), criterion(2)].join('\n');
    for (const { body: answer } of [await ingest.post(body), await ingest.post(body)]) {
      expect(answer).toMatchObject({ accepted: 2, rejected: [{ line: 2, code: 'seq_not_above' }] });
    }
    expect(ingest.log.batches).toMatchObject([{ criterion: { seq: 2 } }, { criterion: { seq: 2 } }]);
  });

  it('lists the first rejections and counts them all', async () => {
    const { body } = await ingest.post(`${'x\n'.repeat(10)}${line('one')}`);
    expect(body).toMatchObject({ accepted: 1, rejectedCount: 10 });
    expect(body.rejected?.map((rejection) => rejection.line)).toEqual([1, 2, 3]);
  });

  it('keeps the order of a body that takes many turns', async () => {
    const texts = Array.from({ length: 30_000 }, (_, i) => `line ${i}`);
    const { body } = await ingest.post(texts.map((text) => line(text)).join('\n'));
    expect(body.accepted).toBe(30_000);
    expect(ingest.log.lines).toEqual(texts);
  });

  it('counts what the policy ignores as accepted', async () => {
    const off = await RunningIngest.start({ FF_ENGINE: 'off' });
    try {
      expect(await off.post(line('x'))).toMatchObject({ status: 202, body: { accepted: 1 } });
      expect(off.log.records).toEqual([]);
      expect(off.counters).toMatchObject({ accepted: 1, ignored: 1 });
    } finally {
      await off.close();
    }
  });
});
