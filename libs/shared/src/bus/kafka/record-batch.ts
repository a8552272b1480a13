import type { BusRecord } from '../port.ts';

/*
 * A record batch, big-endian (KIP-98; org.apache.kafka.common.record.DefaultRecordBatch):
 *
 *   0        8       12     16    17    21          23               27             35            43          ... 57      61
 *   | base   | length | leader| magic| crc | attributes| last offset | base time ms | max time ms | producer    | count | records
 *   | offset | of rest| epoch | 2    |     |           | delta       |              |             | id,epoch,seq|       |
 */
export const BATCH_HEADER_BYTES = 61;
export const LENGTH_AT = 8;
/** `length` counts the bytes from here. */
export const LENGTH_FROM = 12;
export const MAGIC_AT = 16;
export const CRC_AT = 17;
/** The checksum covers the bytes from here. */
export const ATTRIBUTES_AT = 21;
export const LAST_DELTA_AT = 23;
export const BASE_TIME_AT = 27;
export const MAX_TIME_AT = 35;
export const PRODUCER_AT = 43;
export const COUNT_AT = 57;
export const MAGIC = 2;

const CODEC_MASK = 0x07;
const LOG_APPEND_TIME = 0x08;
const CONTROL = 0x20;

/** A batch as it lies in the log; its records are not looked at yet. */
export interface RecordBatch {
  readonly baseOffset: number;
  /** Also where compaction removed the last records. */
  readonly lastOffset: number;
  readonly recordCount: number;
  /** False for the formats before Kafka 0.11, which carry no such header. */
  readonly isReadable: boolean;
  /** Kafka's number of the compression codec, 0 = none. */
  readonly codec: number;
  /** The log's clock at the append where the topic has LogAppendTime; milliseconds since 1970. */
  readonly maxTimeMs: number;
  /** Written by the broker for transactions: holds no records of a publisher. */
  readonly isControl: boolean;
  /** The whole batch, a view. */
  readonly bytes: Buffer;
}

/**
 * The whole batches in the answer to a fetch; a broker may cut off the last one, which is left out.
 * @throws RangeError if it is no sequence of batches
 */
export function splitRecordBatches(fetched: Buffer): RecordBatch[] {
  const batches: RecordBatch[] = [];
  for (let at = 0; at + LENGTH_FROM <= fetched.length;) {
    const end = at + LENGTH_FROM + fetched.readInt32BE(at + LENGTH_AT);
    if (end <= at) throw new RangeError(`a record batch of ${end - at} bytes at ${at} of a fetch`);
    if (end > fetched.length) break;
    batches.push(headerOf(fetched.subarray(at, end)));
    at = end;
  }
  return batches;
}

function headerOf(bytes: Buffer): RecordBatch {
  const baseOffset = Number(bytes.readBigInt64BE(0));
  if (bytes.length < BATCH_HEADER_BYTES || bytes[MAGIC_AT] !== MAGIC) {
    return {
      baseOffset,
      lastOffset: baseOffset,
      recordCount: 1,
      isReadable: false,
      codec: 0,
      maxTimeMs: 0,
      isControl: false,
      bytes,
    };
  }
  const attributes = bytes.readInt16BE(ATTRIBUTES_AT);
  return {
    baseOffset,
    lastOffset: baseOffset + bytes.readInt32BE(LAST_DELTA_AT),
    recordCount: bytes.readInt32BE(COUNT_AT),
    isReadable: true,
    codec: attributes & CODEC_MASK,
    maxTimeMs: Number(bytes.readBigInt64BE(MAX_TIME_AT)),
    isControl: (attributes & CONTROL) !== 0,
    bytes,
  };
}

/**
 * The records of a batch.
 * @param records what follows the header, uncompressed; keys and values are views of it
 * @throws RangeError if they are not what the header says
 */
export function recordsOf(batch: RecordBatch, records: Buffer): BusRecord[] {
  const attributes = batch.bytes.readInt16BE(ATTRIBUTES_AT);
  const isAppendTime = (attributes & LOG_APPEND_TIME) !== 0;
  const baseTimeMs = Number(batch.bytes.readBigInt64BE(BASE_TIME_AT));
  const reader = new VarintReader(records);
  const read: BusRecord[] = [];
  for (let i = 0; i < batch.recordCount; i++) {
    const end = reader.varint() + reader.at;
    // Attributes, of which a record has none.
    reader.at++;
    const timeDeltaMs = reader.varint();
    const offset = batch.baseOffset + reader.varint();
    const key = reader.bytes();
    const value = reader.bytes() ?? records.subarray(0, 0);
    if (end < reader.at || end > records.length) throw new RangeError(`record ${i} does not end where it says`);
    reader.at = end;
    read.push({ offset, timeMs: isAppendTime ? batch.maxTimeMs : baseTimeMs + timeDeltaMs, key, value });
  }
  return read;
}

/** Reads protobuf's zigzag varints, of up to 64 bits as far as a number holds them. */
class VarintReader {
  at = 0;
  readonly #buffer: Buffer;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  varint(): number {
    let byte = this.#byte();
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let value = byte & 0x7f;
    for (let factor = 0x80; byte >= 0x80; factor *= 0x80) {
      byte = this.#byte();
      value += (byte & 0x7f) * factor;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** Null for the length -1. */
  bytes(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    const start = this.at;
    this.at += length;
    if (this.at > this.#buffer.length) throw new RangeError('a key or value is longer than the batch');
    return this.#buffer.subarray(start, this.at);
  }

  #byte(): number {
    const byte = this.#buffer[this.at++];
    if (byte === undefined) throw new RangeError('the batch ends within a record');
    return byte;
  }
}
