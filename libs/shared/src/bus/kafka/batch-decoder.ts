import { ForensicsError, messageOf } from '../../error.ts';
import type { BusRecord, PartitionId } from '../port.ts';
import { CODECS, decompress } from './codecs.ts';
import { BATCH_HEADER_BYTES, recordsOf, type RecordBatch } from './record-batch.ts';

/**
 * The records of a fetched batch, at once where it is not compressed. A batch that can't be read must not stop its partition: it
 * comes as one record without a key whose value is the whole batch, which no reader takes for a record of ours (it begins with a
 * zero byte, no tag of protobuf), and `failed` is told how many records it held.
 */
export function decode(
  id: PartitionId,
  batch: RecordBatch,
  failed: (error: unknown) => void,
): BusRecord[] | Promise<BusRecord[]> {
  if (batch.isControl) return [];
  const unreadable = (cause: unknown) => {
    failed(badBatch(id, batch, cause));
    return [{ offset: batch.baseOffset, timeMs: batch.maxTimeMs, key: null, value: batch.bytes }];
  };
  try {
    if (!batch.isReadable) throw new RangeError('it is in a format of before Kafka 0.11');
    const records = batch.bytes.subarray(BATCH_HEADER_BYTES);
    if (batch.codec === CODECS.none) return recordsOf(batch, records);
    return decompress(batch.codec, records)
      .then((inflated) => recordsOf(batch, inflated))
      .catch(unreadable);
  } catch (cause) {
    return unreadable(cause);
  }
}

function badBatch({ topic, partition }: PartitionId, { baseOffset, recordCount }: RecordBatch, cause: unknown): ForensicsError {
  const why = messageOf(cause);
  return new ForensicsError(
    'FF_BAD_BATCH',
    `${topic}/${partition} offset ${baseOffset}: a batch of ${recordCount} records can't be read (${why}). ` +
      'It is handed on as one record that can only go to the dead letters; find its publisher',
    { cause },
  );
}
