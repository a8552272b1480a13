import { setImmediate as nextTurn } from 'node:timers/promises';

/** Longest that is read what the sessions sent before ingest was told to end: a part of the time that the process has to end. */
const LAST_READING_MS = 1000;

/** The event loop accepts one connection in a turn (libuv, uv__server_io): after these without one, none waits. */
const TURNS_WITHOUT_CONNECTION = 3;

/** Is read in each turn of the event loop in which it may be. */
export interface ReadInTurns {
  /** Something has come since this was asked, or may not be read yet. False: the socket was empty in the turn that has passed. */
  hasNews(): boolean;
}

/**
 * The end of a server that nobody finds any more: accepts the connections that wait, and reads each one until it was empty or has
 * ended once, within a bounded time. A session whose process has ended by then would be told to nobody else.
 */
export class LastReading {
  readonly #unread: Set<ReadInTurns>;
  readonly #now: () => number;
  #turnsWithoutConnection = 0;

  /** @param now milliseconds of a clock that never goes back */
  constructor(connections: Iterable<ReadInTurns>, now: () => number) {
    this.#unread = new Set(connections);
    this.#now = now;
  }

  /** Connections that something may be left of. */
  get unread(): number {
    return this.#unread.size;
  }

  /** None waits to be accepted. */
  get hasAcceptedAll(): boolean {
    return this.#turnsWithoutConnection >= TURNS_WITHOUT_CONNECTION;
  }

  /** It was accepted, and is to be read; null: it was closed at once. */
  accepted(connection: ReadInTurns | null): void {
    this.#turnsWithoutConnection = 0;
    if (connection) this.#unread.add(connection);
  }

  /** Resolves when all is read, or the time is over. */
  async done(): Promise<void> {
    const endMs = this.#now() + LAST_READING_MS;
    while ((!this.hasAcceptedAll || this.#unread.size > 0) && this.#now() < endMs) {
      await nextTurn();
      this.#turnsWithoutConnection += 1;
      if (this.hasAcceptedAll) this.#forgetRead();
    }
  }

  #forgetRead(): void {
    for (const connection of this.#unread) if (!connection.hasNews()) this.#unread.delete(connection);
  }
}
