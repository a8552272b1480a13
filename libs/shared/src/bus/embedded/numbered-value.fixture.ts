import { createHash } from 'node:crypto';

export const TOPIC = 'numbered';
export const PARTITIONS = 4;

/** A value that no other record has, of 1 to 9 KB, so that a torn or misplaced one shows. */
export function valueOf(partition: number, number: number): Buffer {
  const seed = createHash('sha256').update(`${partition} ${number}`).digest();
  return Buffer.alloc(1000 + (seed.readUInt16BE(0) % 8000), seed);
}
