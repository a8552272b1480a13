import { setTimeout as sleep } from 'node:timers/promises';
import { vi } from 'vitest';
import { random } from '../../bench/fleet.ts';
import { type DrivenSession, newSession } from './driven-session.ts';

const LANES = 8;

/** How soon a request that got no answer is sent again. */
const AGAIN_MS = 1000;

export interface PatientTarget {
  readonly url: string;
  readonly token: string;
}

/** Publishers that do what docs/API.md tells them: a request that is refused for now, or gets no answer, is sent again, when it may. */
export class PatientLoad {
  readonly sessions: DrivenSession[] = [];
  /** Answers with 429 or 503 that don't say when to try again, and those that nobody should get. */
  readonly wrongAnswers: string[] = [];
  /** Status → answers; 0: none. */
  readonly answers = new Map<number, number>();
  readonly #target: PatientTarget;
  readonly #next = random(1);
  readonly #stopping = new AbortController();
  readonly #lanes: Promise<void>[];

  constructor(target: PatientTarget) {
    this.#target = target;
    this.#lanes = Array.from({ length: LANES }, () => this.#publish());
  }

  /** Settles when so many more requests are answered with this status. */
  async answered(status: number, more: number, timeoutMs: number): Promise<void> {
    const enough = this.#count(status) + more;
    await vi.waitUntil(() => this.#count(status) >= enough, { timeout: timeoutMs, interval: 50 });
  }

  /** No request is begun any more; settles when the last one is answered, or is not. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#lanes);
  }

  #count(status: number): number {
    return this.answers.get(status) ?? 0;
  }

  async #publish(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const session = newSession(`good-${this.sessions.length}`, this.#next);
      this.sessions.push(session);
      for (const request of session.requests) if (await this.#isTaken(request)) session.next += 1;
    }
  }

  /** False: it was not before the end. */
  async #isTaken(request: readonly object[]): Promise<boolean> {
    const body = request.map((event) => JSON.stringify(event)).join('\n');
    while (!this.#stopping.signal.aborted) {
      const { status, waitMs } = await this.#post(body);
      this.answers.set(status, this.#count(status) + 1);
      if (status === 202) return true;
      await sleep(waitMs, undefined, { signal: this.#stopping.signal }).catch(() => {});
    }
    return false;
  }

  async #post(body: string): Promise<{ status: number; waitMs: number }> {
    const headers = { 'content-type': 'application/x-ndjson', authorization: `Bearer ${this.#target.token}` };
    let response: Response;
    try {
      response = await fetch(`${this.#target.url}/v1/events`, { method: 'POST', headers, body });
    } catch {
      return { status: 0, waitMs: AGAIN_MS };
    }
    const { status } = response;
    const retryAfter = response.headers.get('retry-after');
    const text = await response.text().catch(() => '');
    if (status !== 202 && !((status === 429 || status === 503) && /^\d+$/.test(retryAfter ?? ''))) {
      this.wrongAnswers.push(`${status} retry-after ${retryAfter}: ${text}`);
    }
    return { status, waitMs: Number(retryAfter ?? 1) * 1000 };
  }
}
