/** An event of a session as JSON has it. */
export interface SessionEvent {
  readonly node: string;
  readonly session: string;
  readonly message?: string;
  readonly criterion?: string;
  readonly end?: string;
}

const RING_LINES = 1024;

/** The last lines of each session, in arrays; a criterion takes them out. */
export class SessionRings {
  readonly #rings = new Map<string, SessionEvent[]>();
  readonly #flush: (session: string, lines: readonly SessionEvent[]) => Promise<unknown>;

  constructor(flush: (session: string, lines: readonly SessionEvent[]) => Promise<unknown>) {
    this.#flush = flush;
  }

  async take(event: SessionEvent): Promise<void> {
    const key = `${event.node}/${event.session}`;
    if (event.end !== undefined) {
      this.#rings.delete(key);
      return;
    }
    const ring = this.#rings.get(key) ?? [];
    if (event.message !== undefined) {
      ring.push(event);
      if (ring.length > RING_LINES) ring.shift();
      this.#rings.set(key, ring);
    }
    if (event.criterion !== undefined) {
      this.#rings.delete(key);
      await this.#flush(key, ring);
    }
  }
}
