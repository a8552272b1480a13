import { setTimeout as pause } from 'node:timers/promises';
import { ForensicsError } from '@fleet-forensics/shared/error';
import { type Answer, fetchFailure, readAnswer } from '@fleet-forensics/shared/events-answer';
import type { EventLine } from './event-line.ts';
import type { PublishOptions } from './publisher.ts';
import type { Tally } from './tally.ts';
import { printable } from './terminal.ts';

const REQUEST_TIMEOUT_MS = 60_000;

/** Pauses between attempts where the server names none: 0.25 s, twice as long each time, up to 8 s. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8000;
/** A server that asks for a longer pause gets this one. */
const LONGEST_RETRY_AFTER_MS = 60_000;

const BUSY = new Set([429, 503]);

/** Posts events to ingest's `POST /v1/events` and counts the answers. */
export class IngestClient {
  readonly #url: URL;
  readonly #tries: number;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #tally: Tally;

  constructor({ url, tries, token }: Pick<PublishOptions, 'url' | 'tries' | 'token'>, tally: Tally) {
    this.#url = new URL(url);
    this.#url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/events`;
    this.#tries = tries;
    this.#headers = { 'content-type': 'application/x-ndjson', ...(token !== undefined && { authorization: `Bearer ${token}` }) };
    this.#tally = tally;
  }

  /**
   * Publishes `events`, of which `body` is the NDJSON; the first one has this number among all.
   * @throws ForensicsError FF_UNREACHABLE if there is no answer, FF_OVERLOADED if it is 429 or 503 at every attempt,
   * FF_PUBLISH_REFUSED for any other than 202, and a 400 or 403 that says which lines are wrong
   */
  async post(body: Buffer, events: readonly EventLine[], firstNumber: number): Promise<void> {
    this.#tally.requests += 1;
    const answer = await this.#untilTaken(body);
    if (!answer.lines) throw this.#refused(answer);
    const { accepted, rejected, rejectedCount } = answer.lines;
    this.#tally.accept(accepted);
    for (const { line, code, error } of rejected) this.#tally.reject(events[line - 1], firstNumber + line - 1, code, error);
    this.#tally.rejectUnlisted(rejectedCount - rejected.length);
  }

  async #untilTaken(body: Buffer): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#attempt(body);
      if (!BUSY.has(answer.status)) return answer;
      if (attempt === this.#tries) {
        throw new ForensicsError(
          'FF_OVERLOADED',
          `${this.#url.href} is still too busy after ${attempt} attempts (${described(answer)}): publish again later; what was published already is dropped then if its lines have a seq`,
        );
      }
      this.#tally.retries += 1;
      await pause(pauseMs(answer, attempt));
    }
  }

  async #attempt(body: Buffer): Promise<Answer> {
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        body,
        headers: this.#headers,
        redirect: 'manual',
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      return await readAnswer(response);
    } catch (cause) {
      throw new ForensicsError(
        'FF_UNREACHABLE',
        `no answer from ${this.#url.href} (${fetchFailure(cause)}): does the server run, and is --url right?`,
        { cause },
      );
    }
  }

  #refused(answer: Answer): ForensicsError {
    return new ForensicsError('FF_PUBLISH_REFUSED', `${this.#url.href} refused the events: ${described(answer)}`);
  }
}

function pauseMs({ retryAfterMs }: Answer, attempt: number): number {
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS);
  return Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
}

function described({ status, problem }: Answer): string {
  return printable(problem === '' ? `status ${status}` : `status ${status}, ${problem}`);
}
