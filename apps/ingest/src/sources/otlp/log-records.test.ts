import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { otlp } from '@fleet-forensics/shared/wire/otlp-schema';
import { RunningIngest } from '../http/ingest-app.fixture.ts';
import { logRecord, logsRequest, postLogs, PROTOBUF_TYPE } from './logs-request.fixture.ts';
import { levelOfSeverity } from './severity.ts';

/** The error that a record is rejected with; a good one goes before it. */
async function rejectionOf(
  ingest: RunningIngest,
  record: unknown,
  resource?: Readonly<Record<string, unknown>>,
): Promise<string> {
  const { status, bytes } = await postLogs(ingest, logsRequest([logRecord('good'), record], resource));
  expect(status).toBe(200);
  return String(JSON.parse(String(bytes)).partialSuccess?.errorMessage);
}

describe('a log record', () => {
  let ingest: RunningIngest;
  beforeAll(async () => {
    ingest = await RunningIngest.start({ FF_INGEST_MESSAGE_BYTES: '1000' });
  });
  afterAll(() => ingest.close());

  it.each([
    ['whose session is not known', logRecord('x', { 'session.id': null }), 'missing_key: session.id: is missing'],
    ['whose session has no name', logRecord('x', { 'session.id': '' }), 'bad_name: session.id: is empty'],
    ['whose session is a list', logRecord('x', { 'session.id': { arrayValue: {} } }), 'wrong_type: session.id: is not a text'],
    ['whose session has a long name', logRecord('x', { 'session.id': 's'.repeat(257) }), 'name_too_long: session.id'],
    ['of an unknown type', logRecord('x', { 'forensic.log_type': 'sislog' }), 'unknown_type: forensic.log_type: "sislog"'],
    ['with an unknown criterion', logRecord('x', { 'forensic.criterion': 'FailedLogon' }), 'did you mean FailedLogin?'],
    ['that says nothing', logRecord(null, { 'user.name': 'tj' }), 'missing_key: body: is missing'],
    ['that is too long', logRecord('x'.repeat(1001)), 'message_too_long: body: has 1001 bytes'],
    ['with a PID out of range', logRecord('x', { 'process.pid': { intValue: -1 } }), 'number_out_of_range: process.pid: "-1"'],
    ['with a time before 1970', logRecord('x', {}, { timeUnixNano: '-1000' }), 'bad_time: time_unix_nano'],
    ['with a time that is none', logRecord('x', {}, { timeUnixNano: 'now' }), 'bad_record: log record: timeUnixNano'],
    ['with bytes that are not base64', logRecord({ bytesValue: 'a*' }), 'bad_record: log record: body.bytesValue'],
    ['with half of a surrogate pair', logRecord({ stringValue: '\ud83d' }), 'bad_record: log record: body.stringValue'],
    ['with a user too long to be one', logRecord('x', { 'user.name': 'u'.repeat(300) }), 'name_too_long: user.name'],
    ['that is not an object', 7, 'bad_record: log record'],
  ])('%s is rejected alone, and says why', async (_what, record, error) => {
    expect(await rejectionOf(ingest, record)).toContain(`record 1: `);
    expect(await rejectionOf(ingest, record)).toContain(error);
  });

  it('of an unknown host is rejected', async () => {
    expect(await rejectionOf(ingest, logRecord('x'), { 'service.name': 'ftpd' })).toContain('missing_key: host.name: is missing');
  });

  it('that does not parse costs no other one', async () => {
    const good = otlp.LogRecord.encode({
      body: { stringValue: Buffer.from('by itself') },
      attributes: [
        { key: 'session.id', value: { stringValue: Buffer.from('s') } },
        { key: 'host.name', value: { stringValue: Buffer.from('n') } },
      ],
    }).finish();
    const body = otlp.ExportLogsServiceRequest.encode({
      resourceLogs: [{ scopeLogs: [{ logRecords: [Buffer.from([0x0a, 0xff]), good] }] }],
    }).finish();
    const { bytes } = await postLogs(ingest, new Uint8Array(body), PROTOBUF_TYPE);
    expect(otlp.ExportLogsServiceResponse.decode(bytes).partialSuccess?.errorMessage).toContain('record 0: bad_record');
    expect(ingest.log.lines).toContain('by itself');
  });

  it('may hold numbers as texts, bytes in either base64, nulls, and members of a later version', async () => {
    const taken = [
      logRecord(
        'text',
        { 'process.pid': { intValue: '7' } },
        { timeUnixNano: '1000', severityNumber: 9, traceId: 'ab', newer: [{}] },
      ),
      logRecord({ bytesValue: '-_8' }, {}, { timeUnixNano: null, observedTimeUnixNano: 2000 }),
      logRecord({ intValue: '-12' }),
      logRecord({ doubleValue: 'NaN' }),
      logRecord({ kvlistValue: { values: [{ key: 'a', value: null }] } }),
    ];
    const before = ingest.log.lines.length;
    const { bytes } = await postLogs(ingest, logsRequest(taken));
    expect(String(bytes)).toBe('{}');
    expect(ingest.log.lines.slice(before)).toEqual(['text', '\ufffd\ufffd', '-12', '"NaN"', '{"a":null}']);
  });

  it('of values inside values is taken up to a bound', async () => {
    const nested = (depth: number) => `${'{"arrayValue":{"values":['.repeat(depth)}{"intValue":1}${']}}'.repeat(depth)}`;
    const request = (depth: number) => logsRequest([logRecord('BODY')]).replace('{"stringValue":"BODY"}', nested(depth));
    expect(String((await postLogs(ingest, request(15))).bytes)).toBe('{}');
    expect(String((await postLogs(ingest, request(30))).bytes)).toContain('more than 64 brackets and braces inside one another');
  });
});

describe('a severity', () => {
  it('is the syslog level that it was made of', () => {
    const levels = [0, 1, 5, 9, 10, 13, 17, 18, 19, 21, 24, 25, -1, 0.5].map(levelOfSeverity);
    expect(levels).toEqual([-1, 7, 7, 6, 5, 4, 3, 2, 1, 0, 0, -1, -1, -1]);
  });
});
