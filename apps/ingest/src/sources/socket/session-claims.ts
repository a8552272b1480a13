/** A connection that speaks for a session. */
interface Claimant {
  readonly hasEnded: boolean;
}

/**
 * Which connection speaks for which session: one at a time, for a second one could number messages so that those of the first are
 * taken for repeats.
 */
export class SessionClaims {
  readonly #bySession = new Map<string, Claimant>();
  readonly #sessions = new Map<Claimant, string>();

  /** False: another connection speaks for it, and has not ended. */
  claim(session: string, claimant: Claimant): boolean {
    const other = this.#bySession.get(session);
    if (other && !other.hasEnded) return false;
    if (other) this.#sessions.delete(other);
    this.#bySession.set(session, claimant);
    this.#sessions.set(claimant, session);
    return true;
  }

  release(claimant: Claimant): void {
    const session = this.#sessions.get(claimant);
    if (session === undefined) return;
    this.#sessions.delete(claimant);
    this.#bySession.delete(session);
  }
}
