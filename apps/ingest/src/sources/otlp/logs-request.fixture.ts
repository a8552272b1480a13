import type { RunningIngest } from '../http/ingest-app.fixture.ts';

export const JSON_TYPE = { 'content-type': 'application/json' };
export const PROTOBUF_TYPE = { 'content-type': 'application/x-protobuf' };

export interface LogsAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
}

/** An ExportLogsServiceRequest in JSON with these records, of one resource. */
export function logsRequest(
  records: readonly unknown[],
  resource: Readonly<Record<string, unknown>> = { 'host.name': 'n' },
): string {
  return JSON.stringify({
    resourceLogs: [{ resource: { attributes: attributes(resource) }, scopeLogs: [{ logRecords: records }] }],
  });
}

/** A log record of session `s`, unless the attributes say otherwise. */
export function logRecord(body: unknown, more: Readonly<Record<string, unknown>> = {}, fields: object = {}): object {
  const value = typeof body === 'string' ? { stringValue: body } : body;
  return { ...fields, ...(value != null && { body: value }), attributes: attributes({ 'session.id': 's', ...more }) };
}

/** Null leaves one out. */
function attributes(values: Readonly<Record<string, unknown>>): object[] {
  return Object.entries(values)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => ({ key, value: typeof value === 'string' ? { stringValue: value } : value }));
}

export async function postLogs(
  ingest: RunningIngest,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = JSON_TYPE,
): Promise<LogsAnswer> {
  const response = await fetch(`${ingest.url}/v1/logs`, { method: 'POST', body, headers, duplex: 'half' } as RequestInit);
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
}
