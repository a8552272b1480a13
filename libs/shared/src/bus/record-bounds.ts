import { ForensicsError } from '../error.ts';
import type { OutgoingRecord } from './port.ts';

/** Key and value of one record, bytes: Kafka's default message.max.bytes. Its header comes beside it. */
export const MAX_STORED_RECORD_BYTES = 1024 * 1024;

/** A commit's metadata, bytes of UTF-8: Kafka's default offset.metadata.max.bytes. */
export const MAX_METADATA_BYTES = 4096;

/** Bytes of key and value. @throws ForensicsError FF_RECORD_TOO_LARGE */
export function storedSize(topic: string, { key, value }: OutgoingRecord): number {
  const bytes = value.length + (key?.length ?? 0);
  if (bytes <= MAX_STORED_RECORD_BYTES) return bytes;
  throw new ForensicsError(
    'FF_RECORD_TOO_LARGE',
    `A record for ${topic} has ${bytes} bytes of key and value, ${MAX_STORED_RECORD_BYTES} are the most: split it`,
  );
}
