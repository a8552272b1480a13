import { putVarint, varintSize } from './varint.ts';

/** `Record.batch` and `SessionBatch.messages` of forensics.proto, each followed by a length. */
const TAG_BATCH = 0x0a;
const TAG_MESSAGES = 0x2a;

/**
 * A Record of a SessionBatch, the same bytes as the generated code writes.
 * @param head the batch's fields before `messages`
 * @param tail those behind
 */
export function recordOfBatch(head: Uint8Array, messages: Uint8Array, tail: Uint8Array): Buffer {
  const list = messages.length === 0 ? 0 : 1 + varintSize(messages.length) + messages.length;
  const batch = head.length + list + tail.length;
  const bytes = Buffer.allocUnsafeSlow(1 + varintSize(batch) + batch);
  bytes[0] = TAG_BATCH;
  let at = putVarint(bytes, 1, batch);
  bytes.set(head, at);
  at += head.length;
  if (messages.length > 0) {
    bytes[at] = TAG_MESSAGES;
    at = putVarint(bytes, at + 1, messages.length);
    bytes.set(messages, at);
    at += messages.length;
  }
  bytes.set(tail, at);
  return bytes;
}
