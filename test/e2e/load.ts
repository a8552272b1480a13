import { vi } from 'vitest';
import { random } from '../../bench/fleet.ts';
import { type DrivenSession, newSession } from './driven-session.ts';
import { post } from './recorder-process.ts';

const LANES = 8;
const PATIENCE_MS = 120_000;

/** Publishers that send session after session, each request once, until they are told to stop. */
export class Load {
  readonly sessions: DrivenSession[] = [];
  /** Status → answers. */
  readonly answers = new Map<number, number>();
  readonly #url: string;
  readonly #name: string;
  readonly #next = random(1);
  readonly #stopping = new AbortController();
  readonly #lanes: Promise<unknown>;
  readonly #token: string | undefined;

  /** @param token shown with each request, if any is */
  constructor(url: string, name: string, token?: string) {
    this.#token = token;
    this.#url = url;
    this.#name = name;
    this.#lanes = Promise.all(Array.from({ length: LANES }, () => this.#publish()));
    // A test that fails ends the service under its load: what the test failed of is what it should say.
    this.#lanes.catch(() => {});
  }

  /** Settles when so many more requests are answered with 202. @throws if one is not answered at all */
  async accepted(more: number): Promise<void> {
    const enough = (this.answers.get(202) ?? 0) + more;
    await Promise.race([this.#lanes, vi.waitUntil(() => (this.answers.get(202) ?? 0) >= enough, { timeout: PATIENCE_MS })]);
  }

  /** @throws if a request was not answered at all */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#lanes;
  }

  /** A session that is refused is left as it is. */
  async #publish(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const session = newSession(`${this.#name}-${this.sessions.length}`, this.#next);
      this.sessions.push(session);
      for (const request of session.requests) {
        const { status } = await post(this.#url, request, this.#token);
        this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
        if (status !== 202) break;
        session.next += 1;
      }
    }
  }
}
