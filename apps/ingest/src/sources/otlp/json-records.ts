import { isUtf8 } from 'node:buffer';
import { checkJsonSize } from './json-size.ts';
import { attributesOfJson, elementsOf, membersOf, recordOfJson } from './json-values.ts';
import { checkPartBytes, type FieldBudget, partBudget } from './part-bounds.ts';
import { knownAttributes } from './record-attributes.ts';
import { type UnreadRecord, UnreadResource } from './unread-record.ts';

/** The request, parsed. @throws Error if it is not JSON, Problem 400 or 413 if it is too large to be parsed */
export function parsedRequest(body: Buffer): unknown {
  if (!isUtf8(body)) throw new Error('it is not UTF-8');
  checkJsonSize(body);
  return JSON.parse(body.toString('utf8'));
}

/**
 * The log records of a request, one by one.
 * @param parts spent on every record, ResourceLogs and ScopeLogs
 * @throws Error if it is no request, or what the budget throws
 */
export function* jsonRecords(request: unknown, parts: FieldBudget): Generator<UnreadRecord> {
  const groups = elementsOf(membersOf(request, 'request')['resourceLogs'], 'resourceLogs');
  for (const group of groups) {
    parts.spend();
    const { resource: json, scopeLogs } = membersOf(group, 'resourceLogs');
    const resource = new UnreadResource(() => {
      const { attributes } = membersOf(bounded(json ?? {}), 'resource');
      return knownAttributes(attributesOfJson(attributes, 'resource.attributes'));
    });
    for (const scope of elementsOf(scopeLogs, 'scopeLogs')) {
      parts.spend();
      for (const record of elementsOf(membersOf(scope, 'scopeLogs')['logRecords'], 'logRecords')) {
        parts.spend();
        yield { resource, read: () => recordOfJson(bounded(record)) };
      }
    }
  }
}

/** This value. @throws ForensicsError FF_BAD_RECORD if it holds too many values, or too long texts */
function bounded(json: unknown): unknown {
  const budget = partBudget();
  const values = [json];
  let length = 0;
  for (const value of values) {
    if (typeof value === 'string') length += value.length;
    else if (typeof value === 'object' && value !== null) {
      const inner = Object.values(value);
      budget.spend(inner.length);
      values.push(...inner);
    }
  }
  checkPartBytes(length);
  return json;
}
