import { sessionKey } from '@fleet-forensics/shared/session-key';
import type { SessionName } from '@fleet-forensics/shared/wire/session-event';

const NONE: readonly SessionName[] = [];

interface Heard extends SessionName {
  readonly atMs: number;
}

/**
 * Sessions that only a program and a PID name. A PID is used again, so such a session has to end: when a rule says so, or when nothing
 * was heard of it for a while. What is said under its name later is another session.
 */
export class SyslogSessions {
  readonly #idleMs: number;
  readonly #maxSessions: number;
  /** By key, the one heard of longest ago in front. */
  readonly #heard = new Map<string, Heard>();

  constructor(idleMs: number, maxSessions: number) {
    this.#idleMs = idleMs;
    this.#maxSessions = maxSessions;
  }

  get size(): number {
    return this.#heard.size;
  }

  /**
   * Notes that a line of it came.
   * @param nowMs of a clock that never goes back
   * @returns those that end before the line counts: the one that had its name and was silent for too long, and the longest silent one
   * where they are too many
   */
  heard({ node, session }: SessionName, nowMs: number): readonly SessionName[] {
    const key = sessionKey(node, session);
    const known = this.#heard.get(key);
    if (known) this.#heard.delete(key);
    this.#heard.set(key, { node, session, atMs: nowMs });
    if (known) return nowMs - known.atMs < this.#idleMs ? NONE : [known];
    return this.#heard.size > this.#maxSessions ? this.#takeFirst() : NONE;
  }

  /** It ended by itself. */
  ended({ node, session }: SessionName): void {
    this.#heard.delete(sessionKey(node, session));
  }

  /** Takes out those that are idle: they end. */
  takeIdle(nowMs: number): readonly SessionName[] {
    const idle: SessionName[] = [];
    for (const [key, session] of this.#heard) {
      if (nowMs - session.atMs < this.#idleMs) break;
      this.#heard.delete(key);
      idle.push(session);
    }
    return idle;
  }

  #takeFirst(): readonly SessionName[] {
    for (const [key, session] of this.#heard) {
      this.#heard.delete(key);
      return [session];
    }
    return NONE;
  }
}
