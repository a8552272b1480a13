/*
 * Patterns as ProFTPD's pr_fnmatch takes them: `*`, `?` and `[a-z]`, `[!a-z]`. The time is at most the product of both lengths, whatever the
 * pattern: a regular expression made of it could take for ever.
 */

/** Any number of characters, or one that it accepts. */
type Token = '*' | ((character: string) => boolean);

export interface GlobOptions {
  /** Upper and lower case are the same. */
  readonly foldCase?: boolean;
  /** A leading dot is matched by a dot only, as for file names. */
  readonly hidesDotFiles?: boolean;
}

/** True if the word is a pattern rather than a name (`pr_str_is_fnmatch`). */
export function isGlob(word: string): boolean {
  return /[*?]|\[.*\]/.test(word);
}

export function globMatches(
  pattern: string,
  text: string,
  { foldCase = false, hidesDotFiles = false }: GlobOptions = {},
): boolean {
  if (hidesDotFiles && text.startsWith('.') && !pattern.startsWith('.')) return false;
  const fold = (word: string) => (foldCase ? word.toLowerCase() : word);
  return matches(tokensOf(fold(pattern)), Array.from(fold(text)));
}

/** Only the last star is ever taken back: what an earlier one could take, the last one can take as well. */
function matches(tokens: readonly Token[], characters: readonly string[]): boolean {
  let token = 0;
  let at = 0;
  let star = -1;
  let starAt = 0;
  while (at < characters.length) {
    const next = tokens[token];
    if (next === '*') {
      star = token;
      starAt = at;
      token += 1;
    } else if (next?.(characters[at]!)) {
      token += 1;
      at += 1;
    } else if (star >= 0) {
      token = star + 1;
      starAt += 1;
      at = starAt;
    } else return false;
  }
  while (tokens[token] === '*') token += 1;
  return token === tokens.length;
}

function tokensOf(pattern: string): Token[] {
  const characters = Array.from(pattern);
  const tokens: Token[] = [];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at]!;
    const end = character === '[' ? endOfSet(characters, at) : -1;
    if (end > 0) {
      tokens.push(setToken(characters.slice(at + 1, end)));
      at = end;
    } else if (character === '*') tokens.push('*');
    else if (character === '?') tokens.push(() => true);
    else tokens.push((other) => other === character);
  }
  return tokens;
}

/** Of its closing bracket, or -1: then the bracket is itself. A bracket right at the start belongs to the set. */
function endOfSet(characters: readonly string[], open: number): number {
  const isNegated = characters[open + 1] === '!' || characters[open + 1] === '^';
  return characters.indexOf(']', open + (isNegated ? 3 : 2));
}

function setToken(written: readonly string[]): Token {
  const isNegated = written[0] === '!' || written[0] === '^';
  const members = isNegated ? written.slice(1) : written;
  const ranges: [low: string, high: string][] = [];
  for (let at = 0; at < members.length; at += 1) {
    const isRange = members[at + 1] === '-' && at + 2 < members.length;
    ranges.push([members[at]!, members[isRange ? at + 2 : at]!]);
    if (isRange) at += 2;
  }
  return (other) => ranges.some(([low, high]) => low <= other && other <= high) !== isNegated;
}
