import { gzipSync } from 'node:zlib';
import { otlp } from '@fleet-forensics/shared/wire/otlp-schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningIngest } from '../http/ingest-app.fixture.ts';
import { JSON_TYPE, logRecord, logsRequest, postLogs, PROTOBUF_TYPE } from './logs-request.fixture.ts';

const MIB = 1024 * 1024;

/** What ingest may grow by: a few times the body, where objects of all that is in it took up to 2.5 GB. */
const MAX_GROWTH_KIB = 300 * 1024;

/** Bytes of a hostile body: nearly what FF_INGEST_BODY_BYTES allows. */
const BODY_BYTES = 16 * MIB - 1024;

/** A length-delimited field. */
function field(number: number, content: Uint8Array): Buffer {
  const head: number[] = [(number << 3) | 2];
  let length = content.length;
  for (; length >= 0x80; length >>>= 7) head.push((length & 0x7f) | 0x80);
  return Buffer.concat([Buffer.from([...head, length]), content]);
}

function repeated(bytes: readonly number[], byteLength = BODY_BYTES): Buffer {
  return Buffer.alloc(byteLength - (byteLength % bytes.length), Buffer.from(bytes));
}

function recordOf(...fields: readonly Buffer[]): Buffer {
  return field(1, field(2, field(2, Buffer.concat(fields))));
}

function jsonRecords(records: string): Buffer {
  return Buffer.from(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[${records}]}]}]}`);
}

const EMPTY_RECORDS = field(1, field(2, repeated([0x12, 0])));
const TOO_MANY_PARTS = 'more than 50000 log records, ResourceLogs and ScopeLogs';
const TOO_MANY_TOKENS = 'more than 524288 brackets, braces and commas';

describe('a few KiB that unpack to millions of values', () => {
  let ingest: RunningIngest;
  beforeAll(async () => {
    ingest = await RunningIngest.start();
  });
  afterAll(() => ingest.close());

  /** The answer to a packed body beside which another request is answered, and memory does not grow out of hand. */
  async function answerTo(body: Buffer, type: Readonly<Record<string, string>>) {
    const packed = new Uint8Array(gzipSync(body));
    expect(packed.length).toBeLessThan(32 * 1024);
    const beforeKiB = process.resourceUsage().maxRSS;
    const [answer, beside] = await Promise.all([
      postLogs(ingest, packed, { ...type, 'content-encoding': 'gzip' }),
      postLogs(ingest, logsRequest([logRecord('beside')])),
    ]);
    expect(process.resourceUsage().maxRSS - beforeKiB).toBeLessThan(MAX_GROWTH_KIB);
    expect(beside.status).toBe(200);
    return answer;
  }

  it.each<[string, string, Buffer]>([
    ['empty log records', TOO_MANY_PARTS, EMPTY_RECORDS],
    ['empty ScopeLogs', TOO_MANY_PARTS, field(1, repeated([0x12, 0]))],
    ['empty ResourceLogs', TOO_MANY_PARTS, repeated([0x0a, 0])],
    ['fields that nobody knows', TOO_MANY_PARTS, repeated([0x78, 0])],
  ])('of protobuf, %s, are refused', async (_what, message, body) => {
    const { status, bytes } = await answerTo(body, PROTOBUF_TYPE);
    expect(status).toBe(413);
    expect(otlp.Status.decode(bytes).message).toContain(message);
  });

  it.each<[string, number, string, Buffer]>([
    ['16 MiB of empty log records', 413, 'longer than 4194304 bytes', jsonRecords('{},'.repeat(BODY_BYTES / 4))],
    ['empty log records', 413, TOO_MANY_TOKENS, jsonRecords('{},'.repeat(MIB))],
    ['numbers', 413, TOO_MANY_TOKENS, jsonRecords('0,'.repeat(2 * MIB - 100))],
    ['lists in lists', 400, '64 brackets and braces inside one another', Buffer.alloc(4 * MIB, '[')],
    ['log records beyond the bound', 413, TOO_MANY_PARTS, jsonRecords(`${'{},'.repeat(50_000)}{}`)],
  ])('of JSON, %s, are refused', async (_what, expected, message, body) => {
    const { status, bytes } = await answerTo(body, JSON_TYPE);
    expect(status).toBe(expected);
    expect(String(bytes)).toContain(message);
  });

  it.each<[string, string, Buffer]>([
    ['attributes', 'has more than 131072 bytes', recordOf(repeated([0x32, 0]))],
    ['attributes in 128 KiB', 'more than 4096 fields', recordOf(repeated([0x32, 0], 131_072))],
    ['values of its body', 'more than 4096 fields', recordOf(field(5, field(5, repeated([0x0a, 0], 100_000))))],
    ['values inside values', 'bad_record', recordOf(field(5, nested(4000)))],
    ['a resource’s attributes', 'has more than 131072 bytes', resourceOf(repeated([0x0a, 0]))],
    ['a resource’s attributes in 128 KiB', 'more than 4096 fields', resourceOf(repeated([0x0a, 0], 131_072))],
  ])('of one log record, %s, cost that record', async (_what, message, body) => {
    const { status, bytes } = await answerTo(body, PROTOBUF_TYPE);
    expect(status).toBe(200);
    const { partialSuccess } = otlp.ExportLogsServiceResponse.decode(bytes);
    expect(partialSuccess?.rejectedLogRecords).toBe(1);
    expect(partialSuccess?.errorMessage).toContain(message);
  });

  it('of one log record in JSON cost that record, and those of a resource its records', async () => {
    const many = `[${'{"key":"k"},'.repeat(5000)}{"key":"k"}]`;
    const record = await answerTo(jsonRecords(`{"attributes":${many}}`), JSON_TYPE);
    expect(String(record.bytes)).toContain('bad_record: log record: has more than 4096 fields');
    const resource = Buffer.from(`{"resourceLogs":[{"resource":{"attributes":${many}},"scopeLogs":[{"logRecords":[{},{}]}]}]}`);
    expect(String((await answerTo(resource, JSON_TYPE)).bytes)).toContain('2 of 2 log records were rejected');
    const long = await answerTo(jsonRecords(`{"body":{"stringValue":"${'x'.repeat(131_073)}"}}`), JSON_TYPE);
    expect(String(long.bytes)).toContain('bad_record: log record: has more than 131072 bytes');
  });
});

function resourceOf(content: Buffer): Buffer {
  return field(1, Buffer.concat([field(2, field(2, Buffer.alloc(0))), field(1, content)]));
}

/** An AnyValue in an ArrayValue in an AnyValue … */
function nested(depth: number): Buffer {
  let value: Buffer = Buffer.alloc(0);
  for (let level = 0; level < depth; level++) value = field(5, field(1, value));
  return value;
}

describe('as many log records as a request may hold', () => {
  it('are each looked at, in turns', async () => {
    const ingest = await RunningIngest.start();
    try {
      const { bytes } = await postLogs(
        ingest,
        new Uint8Array(field(1, field(2, repeated([0x12, 0], 2 * 49_998)))),
        PROTOBUF_TYPE,
      );
      expect(otlp.ExportLogsServiceResponse.decode(bytes).partialSuccess?.rejectedLogRecords).toBe(49_998);
    } finally {
      await ingest.close();
    }
  });
});
