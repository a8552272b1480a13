import { otlp } from '@fleet-forensics/shared/wire/otlp-schema';
import { MessageFields } from './message-fields.ts';
import { checkPartBytes, type FieldBudget, MAX_PART_FIELDS, partBudget } from './part-bounds.ts';
import { knownAttributes } from './record-attributes.ts';
import { type UnreadRecord, UnreadResource } from './unread-record.ts';

/** Field numbers of opentelemetry-proto 1.x. */
const RESOURCE_LOGS = 1;
const RESOURCE = 1;
const SCOPE_LOGS = 2;
const LOG_RECORD = 2;

/** No field takes less than its tag and a byte. */
const MIN_FIELD_BYTES = 2;

/** By its number, the message that a field of a message holds. */
type Shape = Map<number, Shape>;

const ANY_VALUE: Shape = new Map();
const KEY_VALUE: Shape = new Map([[2, ANY_VALUE]]);
ANY_VALUE.set(5, new Map([[1, ANY_VALUE]])).set(6, new Map([[1, KEY_VALUE]]));
const RECORD_SHAPE: Shape = new Map([
  [5, ANY_VALUE],
  [6, KEY_VALUE],
]);
const RESOURCE_SHAPE: Shape = new Map([[1, KEY_VALUE]]);

/**
 * The log records of a request, found one by one.
 * @param parts spent on every field outside of records and resources
 * @throws Error if the bytes are no request, or what the budget throws
 */
export function* protobufRecords(body: Uint8Array, parts: FieldBudget): Generator<UnreadRecord> {
  const request = new MessageFields(body, parts);
  while (request.next()) {
    if (request.number === RESOURCE_LOGS && request.content) yield* recordsOfGroup(request.content, parts);
  }
}

function* recordsOfGroup(bytes: Uint8Array, parts: FieldBudget): Generator<UnreadRecord> {
  const resources: Uint8Array[] = [];
  const scopes: Uint8Array[] = [];
  const group = new MessageFields(bytes, parts);
  while (group.next()) {
    if (group.number === RESOURCE && group.content) resources.push(group.content);
    else if (group.number === SCOPE_LOGS && group.content) scopes.push(group.content);
  }
  const resource = new UnreadResource(() => {
    // A message in several parts is the message of their bytes in a row.
    const { attributes } = otlp.Resource.decode(bounded(Buffer.concat(resources), RESOURCE_SHAPE));
    return knownAttributes(attributes ?? []);
  });
  for (const scope of scopes) yield* recordsOfScope(scope, resource, parts);
}

function* recordsOfScope(bytes: Uint8Array, resource: UnreadResource, parts: FieldBudget): Generator<UnreadRecord> {
  const scope = new MessageFields(bytes, parts);
  while (scope.next()) {
    const { number, content } = scope;
    if (number === LOG_RECORD && content) {
      yield { resource, read: () => otlp.LogRecord.decode(bounded(content, RECORD_SHAPE)) };
    }
  }
}

/** These bytes. @throws ForensicsError FF_BAD_RECORD if they are too many, or the fields in them */
function bounded(bytes: Uint8Array, shape: Shape): Uint8Array {
  checkPartBytes(bytes.length);
  // So few bytes can't hold too many fields, and nearly every record has so few.
  if (bytes.length > MAX_PART_FIELDS * MIN_FIELD_BYTES) spendFields(bytes, shape, partBudget());
  return bytes;
}

function spendFields(bytes: Uint8Array, shape: Shape, budget: FieldBudget): void {
  const fields = new MessageFields(bytes, budget);
  while (fields.next()) {
    const inner = shape.get(fields.number);
    if (inner && fields.content) spendFields(fields.content, inner, budget);
  }
}
