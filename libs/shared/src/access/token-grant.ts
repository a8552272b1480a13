/** What a line of the tokens file says: whoever holds the token may speak for these nodes. */
export interface TokenGrant {
  /** SHA-256 of the token, 64 hexadecimal digits. */
  readonly hash: string;
  /** Patterns as `<Node pattern …>` takes them; at least one. */
  readonly nodes: readonly string[];
  /** Whose it is, for people. */
  readonly name: string;
  /** Milliseconds since 1970 from which it is no longer taken; null: never. */
  readonly expiresMs: number | null;
}

export const MAX_GRANT_NODES = 100;

/** Characters of a pattern: as many as the longest node name has. */
const MAX_PATTERN_LENGTH = 256;

const HASH = /^sha256:([0-9a-f]{64})$/i;
const NAME = /^[A-Za-z0-9._@-]{1,64}$/;
/** As long as the shortest text that isToken takes. */
const MAY_BE_A_TOKEN = /[\w.~+/-]{16,}/g;
const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?Z)?$/;

/** The line `sha256:HASH node=PATTERN … [name=NAME] [expires=TIME]` without its end. */
export function grantLine({ hash, nodes, name, expiresMs }: TokenGrant): string {
  const expires = expiresMs === null ? [] : [`expires=${new Date(expiresMs).toISOString().replace(/\.\d+Z$/, 'Z')}`];
  return [`sha256:${hash}`, ...nodes.map((node) => `node=${node}`), ...(name ? [`name=${name}`] : []), ...expires].join(' ');
}

/** @returns the grant, or what is wrong with the line. What it shows of the line holds nothing that may be a token. */
export function parseGrant(line: string): TokenGrant | string {
  const [first = '', ...words] = line.trim().split(/\s+/);
  const hash = HASH.exec(first)?.[1]?.toLowerCase();
  if (hash === undefined) return 'the first word is not sha256: and 64 hexadecimal digits (a token itself does not belong here)';
  const nodes: string[] = [];
  let name = '';
  let expiresMs: number | null = null;
  for (const word of words) {
    const at = word.indexOf('=');
    const [key, value] = [word.slice(0, Math.max(0, at)), word.slice(at + 1)];
    if (key === 'node' && isNodePattern(value)) nodes.push(value);
    else if (key === 'name' && name === '' && isGrantName(value)) name = value;
    else if (key === 'expires' && expiresMs === null && parseExpiry(value) !== null) expiresMs = parseExpiry(value);
    else return wrongWord(word);
  }
  if (nodes.length === 0) return 'no node= says which nodes it may speak for: node=* would be all';
  if (nodes.length > MAX_GRANT_NODES) return `there are more than ${MAX_GRANT_NODES} node=: use a pattern, or another token`;
  return { hash, nodes, name, expiresMs };
}

/** True for what can stand behind `node=`. */
export function isNodePattern(text: string): boolean {
  return text.length > 0 && text.length <= MAX_PATTERN_LENGTH && !/[\s\p{Cc}]/u.test(text);
}

/** True for what can stand behind `name=`. */
export function isGrantName(text: string): boolean {
  return NAME.test(text);
}

/** @param text `2027-01-31`, its beginning in UTC, or `2027-01-31T12:00:00Z` @returns milliseconds since 1970; null: it is no such time */
export function parseExpiry(text: string): number | null {
  const ms = TIME.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

/** Bounded, and quoted as JSON does: it comes from a file. The readiness tells it to whoever asks, so nothing of a token may be in it. */
function wrongWord(word: string): string {
  const known = word.replace(MAY_BE_A_TOKEN, '…');
  const shown = JSON.stringify(known.length > 40 ? `${known.slice(0, 40)}…` : known);
  return `${shown} is none of node=PATTERN, name=NAME (once: letters, digits, . _ @ -), expires=2027-01-31 or 2027-01-31T12:00:00Z (once)`;
}
