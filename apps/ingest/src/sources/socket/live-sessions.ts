import { ForensicsError } from '@fleet-forensics/shared/error';
import { shown } from '../event-rules/refusal.ts';

/** Names of the sessions that have a connection, at most as many as there are connections: no other may speak for them. */
export class LiveSessions {
  readonly #names = new Set<string>();

  /** @throws ForensicsError FF_SESSION_TAKEN if a connection has it */
  claim(name: string): void {
    if (this.#names.has(name))
      throw new ForensicsError(
        'FF_SESSION_TAKEN',
        `an OPEN of ${shown(name)}, for which another connection speaks: give each session a name of its own`,
      );
    this.#names.add(name);
  }

  release(name: string): void {
    this.#names.delete(name);
  }
}
