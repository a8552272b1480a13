import { ForensicsError } from '@fleet-forensics/shared/error';
import { decodeSessionRecord, encodeBatch } from '@fleet-forensics/shared/wire/codec';

/**
 * A record as a publisher sends it: without what only the ingest before the log stamps.
 * @param value of a record of forensic.session-events, in which the policy captures everything
 * @returns an element of the body of `POST /v1/events` as application/x-protobuf: a Record and a list of one SessionBatch have the
 * same bytes, for both have the batch in field 1
 * @throws ForensicsError FF_BAD_RECORD if it is not a session's batch
 */
export function publishedBatch(value: Uint8Array): Buffer {
  const record = decodeSessionRecord(value);
  if (record.kind !== 'batch') throw new ForensicsError('FF_BAD_RECORD', `a ${record.kind} is not forwarded`);
  const { policy: _stamped, keepAliveS, ...batch } = record.batch;
  return encodeBatch({ ...batch, keepAliveS: batch.open ? keepAliveS : 0, notCaptured: 0 });
}
