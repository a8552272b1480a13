/**
 * A session's key in maps and on the log: `node NUL session`. Neither part may hold a NUL, so the key is unique.
 * The log takes its UTF-8 bytes.
 */
export function sessionKey(node: string, session: string): string {
  return `${node}\0${session}`;
}
