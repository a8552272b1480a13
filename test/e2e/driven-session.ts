/** A session that a test publishes in a few requests, and what its block must hold. */
export interface DrivenSession {
  readonly name: string;
  /** Numbered, so that one may be sent again. The criterion is in the second one. */
  readonly requests: readonly (readonly object[])[];
  readonly lines: readonly string[];
  /** Requests that were acknowledged. */
  next: number;
}

/** A session of a few requests that ends in a failed login. @param next a random number, 0 … 1 */
export function newSession(name: string, next: () => number): DrivenSession {
  const of = { node: 'ftp-1', session: name };
  const lines = Array.from({ length: 1 + Math.floor(next() * 120) }, (_, index) => `${name} line ${index + 1}`);
  const messages = lines.map((message, index) => ({ ...of, type: 'SystemLog', level: 5, message, seq: index + 1 }));
  const cut = Math.floor(next() * lines.length);
  return {
    name,
    lines,
    next: 0,
    requests: [
      [{ ...of, open: { clientAddress: '192.0.2.1', protocol: 'ftp' } }, ...messages.slice(0, cut)],
      [...messages.slice(cut), { ...of, criterion: 'FailedLogin', seq: lines.length + 1 }],
      [{ ...of, end: 'quit' }],
    ],
  };
}

/** True if its criterion was acknowledged: its block has to be there. */
export function isOwed({ next }: DrivenSession): boolean {
  return next >= 2;
}

/** A block's lines as they were published, of sessions made by {@link newSession}. */
export function publishedLines(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/^\[SystemLog:5\] /, ''));
}
