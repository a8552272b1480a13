/** Characters of a text that a line of the log holds at most. */
export const MAX_LOG_TEXT = 16 * 1024;

/** What does not belong into any log, whoever put it into a message: the first group stays. */
const SECRETS: readonly RegExp[] = [
  // The user information of a URL.
  /(\b[a-z][a-z\d+.-]{0,31}:\/\/)[^\s/?#"'<>]{1,1024}(?=@)/gi,
  // An Authorization header, or what was made of one.
  /(\bauthorization["']?\s{0,8}[:=]\s{0,8}["']?(?:[a-z]{1,32}\s{1,8})?)[^\s"',]+/gi,
  /(\b(?:bearer|basic)\s{1,8})[\w+/.~=-]{16,}/gi,
  // `password=…`, `"token": "…"`, `sasl_password: …`; a path behind `…_FILE=` is none.
  /((?:password|passwd|passphrase|secret|token)["']?\s{0,8}[:=]\s{0,8}["']?)(?:(?<=")[^"\n]{1,1024}|(?<=')[^'\n]{1,1024}|[^\s"',;&]+)/gi,
  // A token of ours, wherever it stands.
  /(ff_)[\w-]{40,}/g,
  // A private key in PEM.
  /(-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----)[^-]+/g,
];

/** Takes secrets out of a text, and cuts it off at {@link MAX_LOG_TEXT} characters, with the number of those that are missing. */
export function loggable(text: string): string {
  // What is read past the bound below lets a secret at the cut be recognised as one.
  let clean = text.slice(0, 2 * MAX_LOG_TEXT);
  for (const secret of SECRETS) clean = clean.replace(secret, '$1…');
  if (clean.length <= MAX_LOG_TEXT && text.length <= 2 * MAX_LOG_TEXT) return clean;
  const kept = clean.slice(0, MAX_LOG_TEXT);
  return `${kept} … (the first ${kept.length} of ${text.length} characters)`;
}

/**
 * What a terminal obeys, or what makes a text look like another one: controls (C0, DEL, C1), format characters such as those that turn
 * the direction of writing (Unicode TR 36), and the separators of lines and paragraphs. Line feeds are told apart below.
 */
const UNSAFE = /(?!\n)[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** A line of JSON, its line feed included, that says the same in characters that no terminal obeys. */
export function visibleJson(line: string): string {
  return line.replace(UNSAFE, (character) =>
    Array.from({ length: character.length }, (_, at) => `\\u${hex(character, at, 4)}`).join(''),
  );
}

/**
 * A text for a terminal, with `\x1b` for a control character and the like. Line feeds stay, with the next line indented: what
 * somebody else put behind one never looks like a line of the log.
 */
export function visibleText(text: string): string {
  const escaped = text.replace(UNSAFE, (character) => {
    if (character <= '\u00ff') return `\\x${hex(character, 0, 2)}`;
    return `\\u{${character.codePointAt(0)!.toString(16)}}`;
  });
  return escaped.replaceAll('\n', '\n    ');
}

function hex(text: string, at: number, digits: number): string {
  return text.charCodeAt(at).toString(16).padStart(digits, '0');
}
