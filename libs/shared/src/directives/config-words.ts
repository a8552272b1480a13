export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable may hold variables, itself included; what is left after so many is not replaced. */
const MAX_EXPANSIONS = 32;

/** Nor is a word that has grown beyond this, UTF-16 units: no path or name is as long. */
const MAX_EXPANDED = 8192;

const VARIABLE = /%\{env:([^}]*)\}/;

/**
 * The words of a line, as `pr_str_get_word` and `get_config_word` of ProFTPD 1.3.8 split it: a word that begins with a double
 * quote ends at the next one, and a backslash in it takes the following character as it is; elsewhere quotes and backslashes are
 * themselves. A word that begins with `#` ends the line. `%{env:NAME}` is replaced by the variable, or by nothing.
 */
export function configWords(line: string, environment: Environment): string[] {
  const words: string[] = [];
  for (let at = skipSpace(line, 0); at < line.length && line[at] !== '#'; at = skipSpace(line, at)) {
    const { word, end } = line[at] === '"' ? quotedWord(line, at + 1) : plainWord(line, at);
    words.push(expanded(word, environment));
    at = end;
  }
  return words;
}

function skipSpace(line: string, from: number): number {
  let at = from;
  while (at < line.length && isSpace(line.charCodeAt(at))) at += 1;
  return at;
}

/** isspace of the C locale: no other byte separates words, a non-breaking space does not. */
function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

function plainWord(line: string, start: number): { word: string; end: number } {
  let end = start;
  while (end < line.length && !isSpace(line.charCodeAt(end))) end += 1;
  return { word: line.slice(start, end), end };
}

/** Up to the closing quote, or to the line's end where there is none. */
function quotedWord(line: string, start: number): { word: string; end: number } {
  let word = '';
  let at = start;
  for (; at < line.length && line[at] !== '"'; at += 1) {
    if (line[at] === '\\' && at + 1 < line.length) at += 1;
    word += line[at]!;
  }
  return { word, end: at + 1 };
}

function expanded(written: string, environment: Environment): string {
  let word = written;
  for (let count = 0; count < MAX_EXPANSIONS && word.length <= MAX_EXPANDED; count += 1) {
    const variable = VARIABLE.exec(word);
    if (!variable) break;
    const name = variable[1]!;
    const value = Object.hasOwn(environment, name) ? (environment[name] ?? '') : '';
    word = word.replace(variable[0], () => value);
  }
  return word;
}
