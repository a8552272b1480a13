import { withRoom } from './byte-room.ts';
import type { LogType } from './log-type.ts';
import { TAG_LEVEL, TAG_MESSAGE, TAG_PID, TAG_TEXT, TAG_TIME, TAG_TIME_DELTA, TAG_TYPE } from './message-list-tags.ts';
import { putVarint, varintSize } from './varint.ts';

/** No message's PID: whatever follows says its own. */
const NO_PID = -1;

/** All fields of a message but its text, at their longest, with the list's own tag and length. */
const MAX_OVERHEAD_BYTES = 48;

/** Appends messages to a growing list. One instance serves many lists: {@link clear} starts anew. */
export class MessageListWriter {
  #bytes: Buffer;
  #length = 0;
  #count = 0;
  #lastTimeUs = 0;
  #lastPid = 0;

  /** @param capacityBytes first allocation; it grows when needed */
  constructor(capacityBytes = 4096) {
    this.#bytes = Buffer.allocUnsafeSlow(capacityBytes);
  }

  /** Messages so far. */
  get count(): number {
    return this.#count;
  }

  /** Encoded bytes so far. */
  get byteLength(): number {
    return this.#length;
  }

  /**
   * Appends one message.
   * @param level -1 … 2^31-1
   * @param timeUs microseconds since 1970, 0 = not known
   * @param pid 0 = not known
   * @param text the bytes from `start` up to `end` are the message
   */
  append(type: LogType, level: number, timeUs: number, pid: number, text: Uint8Array, start = 0, end = text.length): void {
    const textLength = end - start;
    this.#reserve(textLength + MAX_OVERHEAD_BYTES);
    const bytes = this.#bytes;
    const zigzagLevel = level < 0 ? -2 * level - 1 : 2 * level;
    const first = this.#count === 0;
    const delta = timeUs - this.#lastTimeUs;
    const zigzagDelta = delta < 0 ? -2 * delta - 1 : 2 * delta;
    const wholeTime = first || this.#lastTimeUs === 0 || timeUs === 0;
    const size =
      (type === 0 ? 0 : 2) +
      (zigzagLevel === 0 ? 0 : 1 + varintSize(zigzagLevel)) +
      1 +
      varintSize(wholeTime ? timeUs : zigzagDelta) +
      (first || pid !== this.#lastPid ? 1 + varintSize(pid) : 0) +
      1 +
      varintSize(textLength) +
      textLength;

    let at = this.#length;
    bytes[at++] = TAG_MESSAGE;
    at = putVarint(bytes, at, size);
    if (type !== 0) {
      bytes[at++] = TAG_TYPE;
      bytes[at++] = type;
    }
    if (zigzagLevel !== 0) {
      bytes[at++] = TAG_LEVEL;
      at = putVarint(bytes, at, zigzagLevel);
    }
    bytes[at++] = wholeTime ? TAG_TIME : TAG_TIME_DELTA;
    at = putVarint(bytes, at, wholeTime ? timeUs : zigzagDelta);
    if (first || pid !== this.#lastPid) {
      bytes[at++] = TAG_PID;
      at = putVarint(bytes, at, pid);
    }
    bytes[at++] = TAG_TEXT;
    at = putVarint(bytes, at, textLength);
    copyBytes(text, start, end, bytes, at);
    this.#length = at + textLength;
    this.#count += 1;
    if (timeUs !== 0) this.#lastTimeUs = timeUs;
    this.#lastPid = pid;
  }

  /**
   * Appends one message as it is: the bytes from `start` up to `end` are a list of one that has its whole time and its PID
   * (MessageListReader.isWhole). They are not looked at.
   */
  appendEncoded(list: Buffer, start: number, end: number): void {
    this.#reserve(end - start);
    list.copy(this.#bytes, this.#length, start, end);
    this.#length += end - start;
    this.#count += 1;
    // The next one's short forms would refer to this message.
    this.#lastTimeUs = 0;
    this.#lastPid = NO_PID;
  }

  /** The list in the writer's own memory: valid until the next append. */
  get list(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
    this.#count = 0;
    this.#lastTimeUs = 0;
    this.#lastPid = 0;
  }

  /** A copy of the list; the writer is empty afterwards. */
  take(): Buffer {
    const list = Buffer.allocUnsafeSlow(this.#length);
    this.#bytes.copy(list, 0, 0, this.#length);
    this.clear();
    return list;
  }

  #reserve(byteLength: number): void {
    this.#bytes = withRoom(this.#bytes, this.#length, byteLength);
  }
}

/** Below this many bytes a loop beats the call into Buffer.copy. */
const SHORT_COPY_BYTES = 24;

function copyBytes(source: Uint8Array, start: number, end: number, target: Buffer, at: number): void {
  if (end - start > SHORT_COPY_BYTES) {
    // Unlike target.set(source.subarray(…)) it makes no garbage.
    Buffer.prototype.copy.call(source, target, at, start, end);
    return;
  }
  for (let from = start, to = at; from < end; from++, to++) target[to] = source[from]!;
}
