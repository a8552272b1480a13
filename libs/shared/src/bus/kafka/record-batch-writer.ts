import { crc32c } from './crc32c.ts';
import {
  ATTRIBUTES_AT,
  BASE_TIME_AT,
  BATCH_HEADER_BYTES,
  COUNT_AT,
  CRC_AT,
  LAST_DELTA_AT,
  LENGTH_AT,
  LENGTH_FROM,
  MAGIC,
  MAGIC_AT,
  MAX_TIME_AT,
  PRODUCER_AT,
} from './record-batch.ts';

/** What a record takes in a batch beside its key and value at most: its varints for sizes below 4 GiB, and no headers. */
export const RECORD_OVERHEAD_BYTES = 28;

export interface KeyAndValue {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
}

/** An uncompressed batch of at least one record, as {@link seal} expects it: its header is still empty. */
export function writeRecords(records: readonly KeyAndValue[]): Buffer {
  let bytes = BATCH_HEADER_BYTES;
  for (const { key, value } of records) bytes += (key?.length ?? 0) + value.length + RECORD_OVERHEAD_BYTES;
  const writer = new VarintWriter(Buffer.allocUnsafe(bytes), BATCH_HEADER_BYTES);
  for (const [delta, { key, value }] of records.entries()) {
    const keyBytes = key?.length ?? -1;
    // Attributes, time delta and number of headers are one byte each: zero.
    const body = 3 + sizeOf(delta) + sizeOf(keyBytes) + Math.max(keyBytes, 0) + sizeOf(value.length) + value.length;
    writer.varint(body);
    writer.varint(0);
    writer.varint(0);
    writer.varint(delta);
    writer.varint(keyBytes);
    if (key) writer.bytes(key);
    writer.varint(value.length);
    writer.bytes(value);
    writer.varint(0);
  }
  return writer.written;
}

/** Fills in the header of a batch; `codec` tells how what follows it is compressed. It names no producer: nothing is idempotent. */
export function seal(batch: Buffer, recordCount: number, codec: number, timeMs: number): Buffer {
  batch.fill(0, 0, BATCH_HEADER_BYTES);
  batch.writeInt32BE(batch.length - LENGTH_FROM, LENGTH_AT);
  batch[MAGIC_AT] = MAGIC;
  batch.writeInt16BE(codec, ATTRIBUTES_AT);
  batch.writeInt32BE(recordCount - 1, LAST_DELTA_AT);
  batch.writeBigInt64BE(BigInt(timeMs), BASE_TIME_AT);
  batch.writeBigInt64BE(BigInt(timeMs), MAX_TIME_AT);
  // Producer id, epoch and sequence -1: none.
  batch.fill(0xff, PRODUCER_AT, COUNT_AT);
  batch.writeInt32BE(recordCount, COUNT_AT);
  batch.writeUInt32BE(crc32c(batch, ATTRIBUTES_AT), CRC_AT);
  return batch;
}

function sizeOf(value: number): number {
  let size = 1;
  for (let rest = zigzag(value); rest > 0x7f; rest >>>= 7) size++;
  return size;
}

function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}

class VarintWriter {
  readonly #buffer: Buffer;
  #at: number;

  constructor(buffer: Buffer, at: number) {
    this.#buffer = buffer;
    this.#at = at;
  }

  get written(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }

  varint(value: number): void {
    let rest = zigzag(value);
    while (rest > 0x7f) {
      this.#buffer[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#buffer[this.#at++] = rest;
  }

  bytes(bytes: Uint8Array): void {
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }
}
