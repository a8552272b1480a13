import { decodeSessionRecord } from '@fleet-forensics/shared/wire/codec';

export interface KeyedRecord {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** Session records with the keys under which ingest publishes them. */
export function keyed(records: readonly Buffer[]): KeyedRecord[] {
  return records.map((value) => {
    const record = decodeSessionRecord(value);
    if (record.kind !== 'batch') throw new Error('the fleet has no ticks');
    return { key: Buffer.from(`${record.batch.node}\0${record.batch.session}`), value };
  });
}
