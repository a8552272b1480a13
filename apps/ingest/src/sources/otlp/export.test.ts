import { readFileSync } from 'node:fs';
import { otlp } from '@fleet-forensics/shared/wire/otlp-schema';
import { MessageListReader } from '@fleet-forensics/shared/wire/message-list';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunningIngest } from '../http/ingest-app.fixture.ts';
import { JSON_TYPE, logRecord, logsRequest, postLogs, PROTOBUF_TYPE } from './logs-request.fixture.ts';

function golden(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(`golden/${name}`, import.meta.url)));
}

describe('an export of OpenTelemetry', () => {
  let ingest: RunningIngest;
  beforeEach(async () => {
    ingest = await RunningIngest.start();
  });
  afterEach(() => ingest.close());

  it.each([
    ['protobuf', 'export.protobuf', PROTOBUF_TYPE],
    ['protobuf in gzip', 'export.protobuf.gz', { ...PROTOBUF_TYPE, 'content-encoding': 'gzip' }],
    ['JSON', 'export.json.golden', JSON_TYPE],
  ])('in %s is the same session, its bytes, levels, times and criterion kept', async (_encoding, file, headers) => {
    const answer = await postLogs(ingest, golden(file), headers);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, headers['content-type']]);
    const [first, ...rest] = ingest.log.batches;
    expect(first).toMatchObject({
      node: 'ftp-eu-1',
      session: '1795422257266-16044',
      firstSeq: 0,
      context: { clientAddress: '192.0.2.17', serverAddress: '192.0.2.1:21', user: 'tëj' },
      criterion: { name: 'FailedLogin', detail: 'wrong password', timeUs: 1_795_422_257_266_123 },
    });
    expect(messagesOf(first!.messages)).toEqual([
      { type: 3, level: 6, pid: 16_044, timeUs: 1_795_422_257_266_123, text: 'USER t\xc3\xabj: password required' },
      { type: 5, level: 7, pid: 16_044, timeUs: 1_795_422_257_266_123, text: '\0\xff\x1bA' },
      {
        type: 0,
        level: 4,
        pid: 16_044,
        timeUs: 1_795_422_257_266_123,
        text: '{"command":"PASS","tries":3,"ok":false,"rate":0.5,"raw":"AQI=","list":["a",1]}',
      },
      { type: 0, level: 3, pid: 16_044, timeUs: 1_795_422_257_266_123, text: 'Login failed' },
    ]);
    expect(rest).toMatchObject([{ end: { reason: 'quit' } }]);
  });

  it('is told in its own encoding which records were not taken', async () => {
    const errorMessage = expect.stringMatching(
      /^1 of 6 log records were rejected; record 4: missing_key: session\.id: is missing/,
    );
    const json = await postLogs(ingest, golden('export.json.golden'));
    expect(JSON.parse(String(json.bytes))).toEqual({ partialSuccess: { rejectedLogRecords: '1', errorMessage } });
    const { bytes } = await postLogs(ingest, golden('export.protobuf'), PROTOBUF_TYPE);
    expect(otlp.ExportLogsServiceResponse.decode(bytes).partialSuccess).toMatchObject({ rejectedLogRecords: 1, errorMessage });
    expect(ingest.counters).toMatchObject({ accepted: 10, rejectedByCode: { missing_key: 2 } });
  });

  it('that is taken whole is answered with an empty response, also where it holds nothing', async () => {
    expect(String((await postLogs(ingest, logsRequest([logRecord('x')]))).bytes)).toBe('{}');
    expect(String((await postLogs(ingest, '{}')).bytes)).toBe('{}');
    const empty = await postLogs(ingest, new Uint8Array(0), PROTOBUF_TYPE);
    expect([empty.status, empty.bytes.length]).toEqual([200, 0]);
  });

  it('says what is known of a session once, so that its lines share a record', async () => {
    const user = { 'user.name': 'tj' };
    await postLogs(
      ingest,
      logsRequest([logRecord('one', user), logRecord('two', user), logRecord('three', { 'user.name': 'al' })]),
    );
    expect(ingest.log.lines).toEqual(['one', 'two', 'three']);
    expect(ingest.log.batches.map(({ context, messageCount }) => [context?.user, messageCount])).toEqual([
      ['tj', 2],
      ['al', 1],
    ]);
  });

  it('takes session and node from the record before the resource, and falls back to other names of the host', async () => {
    const resource = { 'host.id': 'h', 'service.instance.id': 'i', 'session.id': 'of resource' };
    await postLogs(
      ingest,
      logsRequest([logRecord('a', { 'session.id': null }), logRecord('b', { 'host.name': 'own' })], resource),
    );
    expect(ingest.log.batches.map(({ node, session }) => [node, session])).toEqual([
      ['h', 'of resource'],
      ['own', 's'],
    ]);
  });
});

function messagesOf(list: Uint8Array): object[] {
  const reader = new MessageListReader(list);
  const messages: object[] = [];
  while (reader.next()) {
    const { type, level, pid, timeUs, textStart, textEnd } = reader;
    messages.push({ type, level, pid, timeUs, text: Buffer.from(list).toString('latin1', textStart, textEnd) });
  }
  return messages;
}
