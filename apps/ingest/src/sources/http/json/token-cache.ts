/** Slots, a power of two. With tokens of at most MAX_TOKEN_BYTES a cache holds at most about 1.5 MiB. */
const SLOTS = 4096;

/** Longer tokens are not remembered. */
const MAX_TOKEN_BYTES = 256;

/**
 * Remembers what a short token's bytes mean. The names of a body come again line after line; decoding and checking one costs ten
 * times a look-up here. One entry a slot: a token that falls on another's slot takes its place.
 */
export class TokenCache<T> {
  readonly #tokens: (Buffer | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
  readonly #meanings: (T | undefined)[] = Array.from({ length: SLOTS }, () => undefined);

  /** What was put for the bytes from `start` up to `end`. */
  get(bytes: Buffer, start: number, end: number): T | undefined {
    const slot = slotOf(bytes, start, end);
    const token = this.#tokens[slot];
    if (token === undefined || token.length !== end - start) return undefined;
    for (let i = 0; i < token.length; i++) {
      if (token[i] !== bytes[start + i]) return undefined;
    }
    return this.#meanings[slot];
  }

  put(bytes: Buffer, start: number, end: number, meaning: T): void {
    if (end - start > MAX_TOKEN_BYTES) return;
    const slot = slotOf(bytes, start, end);
    this.#tokens[slot] = Buffer.from(bytes.subarray(start, end));
    this.#meanings[slot] = meaning;
  }
}

/** FNV-1a, of the last bytes: names differ there. */
function slotOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5 ^ (end - start);
  for (let at = Math.max(start, end - 16); at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}
