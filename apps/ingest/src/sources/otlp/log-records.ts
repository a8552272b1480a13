import { messageOf } from '@fleet-forensics/shared/error';
import { Problem } from '../http/problem.ts';
import type { BodyType } from '../http/request-envelope.ts';
import { jsonRecords, parsedRequest } from './json-records.ts';
import { FieldBudget, MAX_PARTS } from './part-bounds.ts';
import { protobufRecords } from './protobuf-records.ts';
import type { UnreadRecord } from './unread-record.ts';

/** The log records of a request: none is read, nor is anything kept of one, before its turn comes. */
export class LogRecords implements Iterable<UnreadRecord> {
  readonly count: number;
  readonly #walk: (parts: FieldBudget) => Iterator<UnreadRecord>;

  /** @throws Problem 400 if the request as such is none, 413 if it holds too much */
  constructor(body: Buffer, type: BodyType) {
    try {
      this.#walk = walkOf(body, type);
      this.count = countOf(this[Symbol.iterator]());
    } catch (error) {
      if (error instanceof Problem) throw error;
      throw new Problem(400, `the body is no ExportLogsServiceRequest: ${messageOf(error)}`, { code: 'bad_request' });
    }
  }

  /** From the first one on. */
  [Symbol.iterator](): Iterator<UnreadRecord> {
    return this.#walk(new FieldBudget(MAX_PARTS, tooManyParts));
  }
}

function walkOf(body: Buffer, type: BodyType): (parts: FieldBudget) => Iterator<UnreadRecord> {
  if (type !== 'application/json') return (parts) => protobufRecords(body, parts);
  const request = parsedRequest(body);
  return (parts) => jsonRecords(request, parts);
}

/** Walks all of them: a request that breaks off behind good records is refused before one of them is taken. */
function countOf(records: Iterator<UnreadRecord>): number {
  let count = 0;
  while (!records.next().done) count += 1;
  return count;
}

function tooManyParts(): Problem {
  const detail = `the body holds more than ${MAX_PARTS} log records, ResourceLogs and ScopeLogs: send fewer at once`;
  return new Problem(413, detail, { code: 'body_too_long' });
}
