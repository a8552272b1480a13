import { isUtf8 } from 'node:buffer';
import { messageOf } from '@fleet-forensics/shared/error';
import { otlp } from '@fleet-forensics/shared/wire/otlp-schema';
import { Problem } from '../http/problem.ts';
import type { BodyType } from '../http/request-envelope.ts';
import { attributesOfJson, elementsOf, membersOf, recordOfJson } from './json-values.ts';
import { type Attributes, knownAttributes } from './record-attributes.ts';

/** A log record of a request, not read yet: what is wrong with it costs no other one. */
export interface UnreadRecord {
  /** Those of what logged it. */
  readonly resource: Attributes;
  /** @throws Error that says what is wrong with the record */
  readonly read: () => otlp.LogRecord.$Properties;
}

/**
 * The log records of an ExportLogsServiceRequest.
 * @throws Problem 400 if the request as such is none
 */
export function recordsOf(body: Buffer, type: BodyType): readonly UnreadRecord[] {
  try {
    return type === 'application/json' ? recordsOfJson(body) : recordsOfProtobuf(body);
  } catch (error) {
    throw new Problem(400, `the body is no ExportLogsServiceRequest: ${messageOf(error)}`, { code: 'bad_request' });
  }
}

function recordsOfProtobuf(body: Buffer): readonly UnreadRecord[] {
  const { resourceLogs } = otlp.ExportLogsServiceRequest.decode(body);
  return (resourceLogs ?? []).flatMap(({ resource, scopeLogs }) => {
    const attributes = knownAttributes(resource?.attributes ?? []);
    const records = (scopeLogs ?? []).flatMap(({ logRecords }) => logRecords ?? []);
    return records.map((bytes) => ({ resource: attributes, read: () => otlp.LogRecord.decode(bytes) }));
  });
}

function recordsOfJson(body: Buffer): readonly UnreadRecord[] {
  if (!isUtf8(body)) throw new Error('it is not UTF-8');
  const request = membersOf(JSON.parse(body.toString('utf8')), 'request');
  return elementsOf(request['resourceLogs'], 'resourceLogs').flatMap((group) => {
    const { resource, scopeLogs } = membersOf(group, 'resourceLogs');
    const { attributes } = membersOf(resource ?? {}, 'resource');
    const known = knownAttributes(attributesOfJson(attributes, 'resource.attributes'));
    const records = elementsOf(scopeLogs, 'scopeLogs').flatMap((scope) =>
      elementsOf(membersOf(scope, 'scopeLogs')['logRecords'], 'logRecords'),
    );
    return records.map((json) => ({ resource: known, read: () => recordOfJson(json) }));
  });
}
