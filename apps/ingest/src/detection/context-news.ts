import type { SessionContext } from '@fleet-forensics/shared/wire/session-event';

/**
 * What has been said of sessions. Shippers and rules say the same of a session line after line, and a context between two messages
 * costs a record of its own: only news are passed on.
 */
export class ContextNews {
  readonly #maxSessions: number;
  /** By session key, the one heard of longest ago in front. */
  readonly #told = new Map<string, SessionContext>();

  /** @param maxSessions beyond them the one heard of longest ago is forgotten, and told again */
  constructor(maxSessions: number) {
    this.#maxSessions = maxSessions;
  }

  /** The fields that differ from what was said of the session before; null if none does. */
  newsOf(key: string, context: SessionContext): SessionContext | null {
    const told = this.#told.get(key);
    const news = told ? differing(context, told) : context;
    if (Object.keys(news).length === 0) return null;
    this.#told.delete(key);
    this.#told.set(key, { ...told, ...news });
    if (this.#told.size > this.#maxSessions) this.#forgetOldest();
    return news;
  }

  forget(key: string): void {
    this.#told.delete(key);
  }

  #forgetOldest(): void {
    for (const key of this.#told.keys()) {
      this.#told.delete(key);
      return;
    }
  }
}

function differing(context: SessionContext, told: SessionContext): SessionContext {
  return Object.fromEntries(Object.entries(context).filter(([field, value]) => told[field as keyof SessionContext] !== value));
}
