import { readSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';

/** Length and CRC-32 of what follows, little-endian. */
const HEADER_BYTES = 8;

/** A value as a frame of a journal's file. What is inside is Node's structured clone, which later versions of Node read, too. */
export function encodeFrame(value: unknown): Buffer {
  const payload = serialize(value);
  const frame = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  frame.writeUInt32LE(payload.length, 0);
  frame.writeUInt32LE(crc32(payload), 4);
  payload.copy(frame, HEADER_BYTES);
  return frame;
}

export interface Frame {
  readonly value: unknown;
  /** Where the next frame begins. */
  readonly end: number;
}

/** The frame at `offset`; null: none begins there, it is torn, or it is damaged. */
export function readFrame(fd: number, offset: number, fileBytes: number): Frame | null {
  const header = Buffer.alloc(HEADER_BYTES);
  if (readSync(fd, header, 0, HEADER_BYTES, offset) < HEADER_BYTES) return null;
  const length = header.readUInt32LE(0);
  const end = offset + HEADER_BYTES + length;
  if (length === 0 || end > fileBytes) return null;
  // Not from a pool: what is read of it keeps its memory.
  const payload = Buffer.allocUnsafeSlow(length);
  if (readSync(fd, payload, 0, length, offset + HEADER_BYTES) < length) return null;
  return crc32(payload) === header.readUInt32LE(4) ? { value: deserialize(payload), end } : null;
}
