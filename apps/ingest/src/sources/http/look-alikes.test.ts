import { otlp } from '@fleet-forensics/shared/wire/otlp-schema';
import { v1 } from '@fleet-forensics/shared/wire/schema';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScratchAccess } from '../../access/scratch-access.fixture.ts';
import { logRecord, logsRequest } from '../otlp/logs-request.fixture.ts';
import { line, RunningIngest } from './ingest-app.fixture.ts';

let scratch: ScratchAccess;
let ingest: RunningIngest;
let token: string;
beforeEach(async () => {
  scratch = new ScratchAccess();
  token = scratch.grant('node=ftp-1');
  ingest = await RunningIngest.start({ FF_TOKENS_FILE: scratch.tokensFile });
});
afterEach(async () => {
  await ingest.close();
  scratch.remove();
});

type Body = string | Uint8Array<ArrayBuffer>;

function post(path: string, type: string, body: Body) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': type };
  return fetch(ingest.url + path, { method: 'POST', headers, body });
}

function bytesOf(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts));
}

function node(name: string): Uint8Array {
  return v1.SessionBatch.encode({ node: name }).finish();
}

/** A list of one batch that says its node once for each of these: the last one counts. */
function batchOf(...nodes: readonly string[]): Uint8Array<ArrayBuffer> {
  const rest = v1.SessionBatch.encode({ session: 's', end: { reason: 'QUIT' } }).finish();
  const batch = Buffer.concat([rest, ...nodes.map(node)]);
  return bytesOf(Buffer.from([0x0a, batch.length]), batch);
}

function exportOf(...nodes: readonly string[]): Uint8Array<ArrayBuffer> {
  const text = (value: string) => ({ stringValue: Buffer.from(value) });
  const attributes = nodes.map((name) => ({ key: 'host.name', value: text(name) }));
  const record = { body: text('m'), attributes: [{ key: 'session.id', value: text('s') }] };
  const logRecords = [otlp.LogRecord.encode(record).finish()];
  const request = { resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords }] }] };
  return bytesOf(otlp.ExportLogsServiceRequest.encode(request).finish());
}

/** By format, a body of one event of a node. */
const FORMATS: readonly (readonly [format: string, path: string, type: string, body: (node: string) => Body])[] = [
  ['a line', '/v1/events', 'application/x-ndjson', (name) => line('m', { node: name })],
  ['an array', '/v1/events', 'application/json', (name) => `[${line('m', { node: name })}]`],
  ['a batch', '/v1/events', 'application/x-protobuf', (name) => batchOf(name)],
  ['an export in JSON', '/v1/logs', 'application/json', (name) => logsRequest([logRecord('m')], { 'host.name': name })],
  ['an export in protobuf', '/v1/logs', 'application/x-protobuf', (name) => exportOf(name)],
];

const LOOK_ALIKES = [
  '',
  'ftp-1.',
  'ftp-1 ',
  ' ftp-1',
  'ftp-1\0',
  'ftp-1\0ftp-2',
  'ftp-1\n',
  'ftp-2',
  'ftp-11',
  'ftp-1\u200b',
  '\ufeffftp-1',
  'ftp-1\u0301',
  '\uff46tp-1',
  'f\u0442p-1',
  'ftp\u00ad-1',
  '\u202e1-ptf',
  'ftp-\u00b9',
  'ftp-?',
  'ftp-*',
  '[f]tp-1',
  '*',
  'ftp-1,ftp-2',
  '../ftp-1',
  'ftp-1/../ftp-2',
  'ftp-1 node=*',
];

describe('who has the token of one node', () => {
  it.each(FORMATS)('speaks for it in %s, and for no name that is like its own or holds it', async (_format, path, type, body) => {
    await post(path, type, body('ftp-1'));
    const said = ingest.log.records.length;
    expect(said).toBe(1);
    for (const name of LOOK_ALIKES) await post(path, type, body(name));
    expect(ingest.log.records.length).toBe(said);
  });

  it.each([
    ['a line', '/v1/events', 'application/x-ndjson', () => `${line('m', { node: 'ftp-1' }).slice(0, -1)},"node":"ftp-2"}`],
    [
      'a line that spells it otherwise',
      '/v1/events',
      'application/x-ndjson',
      () => `${line('m', { node: 'ftp-1' }).slice(0, -1)},"\\u006eode":"ftp-2"}`,
    ],
    ['a batch', '/v1/events', 'application/x-protobuf', () => batchOf('ftp-1', 'ftp-2')],
    ['an export', '/v1/logs', 'application/x-protobuf', () => exportOf('ftp-1', 'ftp-2')],
    [
      'an export in JSON',
      '/v1/logs',
      'application/json',
      () => logsRequest([logRecord('m', { 'host.name': 'ftp-2' })], { 'host.name': 'ftp-1' }),
    ],
  ] as const)("can't be another by naming two in %s", async (_format, path, type, body) => {
    expect((await post(path, type, body())).ok).toBe(false);
    expect(ingest.log.records).toEqual([]);
  });
});
