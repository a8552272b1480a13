/** The keys of an event, one bit each: a set of them is a number, 0 the empty one. */
export const Key = {
  node: 1 << 0,
  session: 1 << 1,
  type: 1 << 2,
  level: 1 << 3,
  message: 1 << 4,
  messageBase64: 1 << 5,
  time: 1 << 6,
  pid: 1 << 7,
  seq: 1 << 8,
  open: 1 << 9,
  keepAliveS: 1 << 10,
  context: 1 << 11,
  criterion: 1 << 12,
  detail: 1 << 13,
  end: 1 << 14,
  keepAlive: 1 << 15,
  dropped: 1 << 16,
} as const;

export const KEY_NAMES = Object.keys(Key) as readonly (keyof typeof Key)[];

/** The keys of which an event has exactly one: they say what it is. */
export const KIND_KEYS =
  Key.message | Key.messageBase64 | Key.open | Key.context | Key.criterion | Key.end | Key.keepAlive | Key.dropped;

/** For a kind's key: which others it needs, and which it may have; node and session belong to all. */
export interface KindKeys {
  readonly required: number;
  readonly allowed: number;
}

const OF_MESSAGE: KindKeys = { required: Key.type | Key.level, allowed: Key.type | Key.level | Key.time | Key.pid | Key.seq };
const OF_NONE: KindKeys = { required: 0, allowed: 0 };

const BY_KIND = new Map<number, KindKeys>([
  [Key.message, OF_MESSAGE],
  [Key.messageBase64, OF_MESSAGE],
  [Key.open, { required: 0, allowed: Key.keepAliveS }],
  [Key.context, OF_NONE],
  [Key.criterion, { required: 0, allowed: Key.detail | Key.seq | Key.time }],
  [Key.end, OF_NONE],
  [Key.keepAlive, OF_NONE],
  [Key.dropped, OF_NONE],
]);

/** What goes with a kind's key; undefined if `kind` is not exactly one key of KIND_KEYS. */
export function keysOf(kind: number): KindKeys | undefined {
  return BY_KIND.get(kind);
}

/** The names of a set's keys. */
export function namesOf(keys: number): readonly string[] {
  return KEY_NAMES.filter((name) => (keys & Key[name]) !== 0);
}

interface KeyBytes {
  readonly key: number;
  readonly bytes: Buffer;
}

const BY_LENGTH: KeyBytes[][] = [];
for (const name of KEY_NAMES) (BY_LENGTH[name.length] ??= []).push({ key: Key[name], bytes: Buffer.from(name) });

/** The key whose name is the bytes from `start` up to `end`; 0 if there is none. */
export function keyOf(bytes: Buffer, start: number, end: number): number {
  const candidates = BY_LENGTH[end - start];
  if (candidates === undefined) return 0;
  for (const candidate of candidates) {
    if (isAt(candidate.bytes, bytes, start)) return candidate.key;
  }
  return 0;
}

function isAt(word: Buffer, bytes: Buffer, start: number): boolean {
  for (let i = 0; i < word.length; i++) {
    if (word[i] !== bytes[start + i]) return false;
  }
  return true;
}
